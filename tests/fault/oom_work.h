/* SPDX-License-Identifier: Apache-2.0 */
/* Folders for the runs. */
#ifndef KT_TESTS_OOM_WORK_H
#define KT_TESTS_OOM_WORK_H

#include <fcntl.h>

const char *work_temporary(void);   /* a folder of this process */
void work_folder(const char *path); /* makes it, empty */
void work_empty(const char *path);

#endif
