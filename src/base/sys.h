/* SPDX-License-Identifier: Apache-2.0 */
/* Every system call of the library goes through here, so that a test can make each of them fail. */
#ifndef KT_BASE_SYS_H
#define KT_BASE_SYS_H

/* With the constants and structs that belong to the calls: nobody else includes these headers. */
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h> /* R_OK */

/* Each returns what the call of the same name does, with errno set; EINTR is retried inside (not by
 * close). Descriptors are close-on-exec. */
int kt_sys_open(const char *path, int flags, unsigned mode);
int kt_sys_close(int fd);
ssize_t kt_sys_read(int fd, void *buf, size_t n);
ssize_t kt_sys_pread(int fd, void *buf, size_t n, int64_t offset);
/* One write; SIGPIPE is not raised, a closed pipe is EPIPE. */
ssize_t kt_sys_write(int fd, const void *buf, size_t n);
/* All of it, or -1 with errno; *done (may be NULL) = bytes written. */
int kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done);
int64_t kt_sys_lseek(int fd, int64_t offset, int whence);
int kt_sys_fsync(int fd);     /* data and metadata */
int kt_sys_fdatasync(int fd); /* data and length */
int kt_sys_ftruncate(int fd, int64_t length);
int kt_sys_fstat(int fd, struct stat *st);
int kt_sys_stat(const char *path, struct stat *st);
int kt_sys_access(const char *path, int mode);
int kt_sys_rename(const char *from, const char *to);
int kt_sys_unlink(const char *path);
int kt_sys_mkdir(const char *path, unsigned mode);
int kt_sys_rmdir(const char *path);
/* Syncs the folder that holds `path`, so that a new name survives a power loss. */
int kt_sys_sync_parent(const char *path);
int kt_sys_flock(int fd, int op);
void *kt_sys_opendir(const char *path);
/* The next name other than . and .., NULL at the end (errno 0) or on failure. */
const char *kt_sys_readdir(void *dir);
void kt_sys_closedir(void *dir);
/* The file's first n bytes to read, NULL with errno. */
const void *kt_sys_map(int fd, size_t n);
void kt_sys_unmap(const void *p, size_t n);
int64_t kt_sys_pid(void);
/* Bytes that this pipe takes without waiting: what it holds in all if it is empty. 0: it is not, or
 * it is none. */
size_t kt_sys_pipe_room(int fd);
int kt_sys_poll(void *pollfds, unsigned n, int timeout_ms); /* EINTR is returned */

#endif
