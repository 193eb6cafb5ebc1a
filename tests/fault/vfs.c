/* SPDX-License-Identifier: Apache-2.0 */
/* A file system for SQLite that stands before its default one: every operation goes through the
 * seam, and what is written is noted by the disk. Nothing is really synced. */
#include <sqlite3.h>
#include <stdio.h>

#include "disk.h"
#include "seam.h"

typedef struct rigged_file {
  sqlite3_file base;
  sqlite3_file *real; /* behind this struct */
  char path[600];
  int sync_folder; /* a new journal: its first sync makes its name safe too, as SQLite's own does */
} rigged_file;

static sqlite3_vfs *real_vfs;

static sqlite3_file *real(sqlite3_file *f) {
  return ((rigged_file *)f)->real;
}

static int fault(seam_call call) {
  int error = seam_fault(call);
  return error == SEAM_TORN ? SQLITE_FULL : error;
}

static int rigged_close(sqlite3_file *f) {
  return real(f)->pMethods ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK;
}

static int rigged_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at) {
  int rc = real(f)->pMethods->xRead(real(f), buf, n, at);
  int error = fault(SEAM_SQL_READ);
  if (error == SQLITE_IOERR_SHORT_READ) memset((char *)buf + n / 2, 0, (size_t)(n - n / 2));
  return error ? error : rc;
}

static int rigged_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at) {
  const char *path = ((rigged_file *)f)->path;
  int error = seam_fault(SEAM_SQL_WRITE);
  if (error && error != SEAM_TORN) return error;
  if (error) n /= 2;
  int rc = real(f)->pMethods->xWrite(real(f), buf, n, at);
  if (rc == SQLITE_OK) disk_note_path_write(path, buf, (size_t)n, at);
  return error ? SQLITE_FULL : rc;
}

static int rigged_truncate(sqlite3_file *f, sqlite3_int64 length) {
  int error = fault(SEAM_SQL_TRUNCATE);
  if (error) return error;
  int rc = real(f)->pMethods->xTruncate(real(f), length);
  if (rc == SQLITE_OK) disk_note_path_truncate(((rigged_file *)f)->path, length);
  return rc;
}

static void sync_folder(rigged_file *f) {
  char dir[600];
  snprintf(dir, sizeof dir, "%s", f->path);
  char *slash = strrchr(dir, '/');
  if (slash) *slash = '\0';
  disk_note_path_sync(dir, 0);
  f->sync_folder = 0;
}

static int rigged_sync(sqlite3_file *f, int flags) {
  rigged_file *r = (rigged_file *)f;
  int error = fault(SEAM_SQL_SYNC);
  (void)flags;
  /* SQLite trusts that a later sync makes safe what a failed one did not. */
  if (!error) disk_note_path_sync(r->path, 0);
  if (!error && r->sync_folder) sync_folder(r);
  return error;
}

static int rigged_size(sqlite3_file *f, sqlite3_int64 *size) {
  int error = fault(SEAM_SQL_FILESIZE);
  return error ? error : real(f)->pMethods->xFileSize(real(f), size);
}

static int rigged_lock(sqlite3_file *f, int level) {
  int error = fault(SEAM_SQL_LOCK);
  return error ? error : real(f)->pMethods->xLock(real(f), level);
}

static int rigged_unlock(sqlite3_file *f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}

static int rigged_reserved(sqlite3_file *f, int *out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int rigged_control(sqlite3_file *f, int op, void *arg) {
  /* The real one would write and cut by itself. */
  if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_NOTFOUND;
  return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int rigged_sector(sqlite3_file *f) {
  return real(f)->pMethods->xSectorSize(real(f));
}

static int rigged_device(sqlite3_file *f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int rigged_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
  int error = fault(SEAM_SQL_SHMMAP);
  return error ? error : real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int rigged_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
  int error = flags & SQLITE_SHM_LOCK ? fault(SEAM_SQL_SHMLOCK) : 0;
  return error ? error : real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void rigged_shm_barrier(sqlite3_file *f) {
  real(f)->pMethods->xShmBarrier(real(f));
}

static int rigged_shm_unmap(sqlite3_file *f, int delete_it) {
  return real(f)->pMethods->xShmUnmap(real(f), delete_it);
}

static const sqlite3_io_methods rigged_methods = { 2,
                                                   rigged_close,
                                                   rigged_read,
                                                   rigged_write,
                                                   rigged_truncate,
                                                   rigged_sync,
                                                   rigged_size,
                                                   rigged_lock,
                                                   rigged_unlock,
                                                   rigged_reserved,
                                                   rigged_control,
                                                   rigged_sector,
                                                   rigged_device,
                                                   rigged_shm_map,
                                                   rigged_shm_lock,
                                                   rigged_shm_barrier,
                                                   rigged_shm_unmap,
                                                   NULL,
                                                   NULL };

static int rigged_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out) {
  rigged_file *r = (rigged_file *)f;
  int there = 1, error = fault(SEAM_SQL_OPEN);
  (void)vfs;
  f->pMethods = NULL;
  if (error) return error;
  r->real = (sqlite3_file *)(r + 1);
  r->real->pMethods = NULL;
  if (path) real_vfs->xAccess(real_vfs, path, SQLITE_ACCESS_EXISTS, &there);
  int rc = real_vfs->xOpen(real_vfs, path, r->real, flags, out);
  if (rc != SQLITE_OK) return rc;
  f->pMethods = &rigged_methods;
  snprintf(r->path, sizeof r->path, "%s", path ? path : "");
  int journal = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL);
  r->sync_folder = flags & SQLITE_OPEN_CREATE && journal;
  if (path && !there) disk_note_path_made(path);
  return SQLITE_OK;
}

static int rigged_delete(sqlite3_vfs *vfs, const char *path, int sync_dir) {
  int error = fault(SEAM_SQL_DELETE);
  (void)vfs;
  if (error) return error;
  int rc = real_vfs->xDelete(real_vfs, path, 0);
  if (rc != SQLITE_OK) return rc;
  disk_note_remove(path);
  rigged_file f = { .sync_folder = 1 };
  snprintf(f.path, sizeof f.path, "%s", path);
  if (sync_dir) sync_folder(&f);
  return rc;
}

static int rigged_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
  int error = fault(SEAM_SQL_ACCESS);
  (void)vfs;
  return error ? error : real_vfs->xAccess(real_vfs, path, flags, out);
}

/* Nobody else holds a lock for long here. */
static int rigged_sleep(sqlite3_vfs *vfs, int us) {
  (void)vfs;
  return us;
}

static int rigged_last_error(sqlite3_vfs *vfs, int n, char *out) {
  (void)vfs, (void)n, (void)out;
  return 0;
}

void seam_take_sqlite(void) {
  static sqlite3_vfs rigged;
  if (real_vfs) return;
  real_vfs = sqlite3_vfs_find(NULL);
  rigged = *real_vfs;
  rigged.iVersion = 2;
  rigged.szOsFile = (int)sizeof(rigged_file) + real_vfs->szOsFile;
  rigged.pNext = NULL;
  rigged.zName = "rigged";
  rigged.xOpen = rigged_open;
  rigged.xDelete = rigged_delete;
  rigged.xAccess = rigged_access;
  rigged.xSleep = rigged_sleep;
  rigged.xGetLastError = rigged_last_error;
  sqlite3_vfs_register(&rigged, 1);
}
