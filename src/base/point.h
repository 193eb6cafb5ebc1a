/* SPDX-License-Identifier: Apache-2.0 */
/* Places at which tests/fault/kill.py ends the process. They are nothing in the library: the test
 * compiles the files that have them once more. */
#ifndef KT_BASE_POINT_H
#define KT_BASE_POINT_H

#ifdef KT_CRASH_POINTS
void kt_point(const char *name); /* of the test program; any thread */
#define KT_POINT(name) kt_point(name)
#else
#define KT_POINT(name) ((void)0)
#endif

#endif
