/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that can lose its power. Everything that is done below one folder is noted in order (by
 * seam.h). What was there after any of these steps can be built again as a power loss would have
 * left it:
 *  - of each write that no sync of its file followed, each 512-byte sector is kept, dropped or
 *    replaced by garbage; so the file may end anywhere between its safe and its last length;
 *  - each change of a file's length, and each name made, moved or removed whose folder was not
 *    synced since, is kept or not;
 *  - bytes that a failed sync was to make safe never are, even if a later one succeeds: the kernel
 *    may have dropped them (not so for SQLite's files, which trusts the later one). */
#ifndef KT_TESTS_DISK_H
#define KT_TESTS_DISK_H

#include <stddef.h>
#include <stdint.h>

/* All that is below `root` now is safe; from here on steps are noted. */
void disk_begin(const char *root);
void disk_end(void);
unsigned disk_steps(void); /* noted so far */
/* A number of the test's own (it never falls), by which it knows what was promised before a step.
 */
void disk_promise(uint64_t n);
uint64_t disk_promised(unsigned step);

/* Empties `root` and fills it with what was there after so many steps: all of it (a process was
 * killed), or what a power loss left. */
void disk_restore(unsigned step);
void disk_lose_power(unsigned step, uint64_t seed);
/* Forgets the later steps and goes on noting: the folder is as disk_restore(step) left it. */
void disk_go_on(unsigned step);

/* For the seam. */
void disk_note_open(const char *path, int fd, int made);
void disk_note_close(int fd);
void disk_note_write(int fd, const void *buf, size_t n, int64_t offset);
void disk_note_truncate(int fd, int64_t length);
void disk_note_sync(int fd, int failed);
void disk_note_rename(const char *from, const char *to);
void disk_note_remove(const char *path);
void disk_note_mkdir(const char *path);
/* For SQLite's files, which have no descriptor here: by path. */
void disk_note_path_write(const char *path, const void *buf, size_t n, int64_t offset);
void disk_note_path_truncate(const char *path, int64_t length);
void disk_note_path_sync(const char *path, int failed);
void disk_note_path_made(const char *path);

#endif
