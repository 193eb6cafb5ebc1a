/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <limits.h>
#include <stdio.h>

#include "../unit/tempdir.h"
#include "../unit/unit.h"

enum { SECTOR = 512, FDS = 1024, NODES = 4096, NAME = 100 };

typedef enum step_kind {
  LINK,   /* a name in a folder becomes that of a node */
  UNLINK, /* a name goes */
  RENAME,
  WRITE,
  TRUNCATE,
  SYNC,
  FAILED_SYNC,
  PROMISE
} step_kind;

typedef struct step {
  step_kind kind;
  int node, dir, dir2; /* RENAME: from dir to dir2 */
  char name[NAME], name2[NAME];
  int64_t offset; /* TRUNCATE: length; PROMISE: the number */
  char *data;
  size_t n;
  int maybe; /* filled in before a restore: not safe yet at that step */
} step;

typedef struct entry {
  int dir, node;
  char name[NAME];
} entry;

typedef struct entries {
  entry *list;
  size_t count, cap;
} entries;

static struct {
  int on;
  char root[300];
  step *steps;
  size_t count, cap;
  struct {
    int is_dir;
    char *content; /* safe since the beginning */
    size_t n;
  } nodes[NODES];
  int node_count;
  entries base, live;
  int fds[FDS]; /* node + 1 */
} disk;

static void *grown(void *list, size_t count, size_t *cap, size_t size) {
  if (count < *cap) return list;
  *cap = *cap ? *cap * 2 : 256;
  list = realloc(list, *cap * size);
  if (!list) abort();
  return list;
}

/* Names */

static entry *find(entries *e, int dir, const char *name) {
  for (size_t i = 0; i < e->count; i++)
    if (e->list[i].dir == dir && !strcmp(e->list[i].name, name)) return &e->list[i];
  return NULL;
}

static void put(entries *e, int dir, const char *name, int node) {
  entry *at = find(e, dir, name);
  if (!at) {
    e->list = grown(e->list, e->count, &e->cap, sizeof *e->list);
    at = &e->list[e->count++];
    at->dir = dir;
    snprintf(at->name, sizeof at->name, "%s", name);
  }
  at->node = node;
}

static void take_away(entries *e, int dir, const char *name) {
  entry *at = find(e, dir, name);
  if (at) *at = e->list[--e->count];
}

static void copy_entries(entries *to, const entries *from) {
  to->count = 0;
  for (size_t i = 0; i < from->count; i++)
    put(to, from->list[i].dir, from->list[i].name, from->list[i].node);
}

/* The folder that holds the path's last name; -1: not below the root, or not known. */
static int folder_of(const char *path, char name[NAME]) {
  size_t n = strlen(disk.root);
  int dir = 0;
  if (!disk.on || strncmp(path, disk.root, n) || (path[n] && path[n] != '/')) return -1;
  path += n;
  while (*path == '/') path++;
  for (;;) {
    const char *slash = strchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : strlen(path);
    if (len >= NAME) abort();
    memcpy(name, path, len);
    name[len] = '\0';
    while (slash && *slash == '/') slash++;
    if (!slash || !*slash) return dir;
    entry *e = find(&disk.live, dir, name);
    if (!e) return -1;
    dir = e->node;
    path = slash;
  }
}

static int node_of(const char *path) {
  char name[NAME];
  int dir = folder_of(path, name);
  if (dir < 0 || !*name) return dir;
  entry *e = find(&disk.live, dir, name);
  return e ? e->node : -1;
}

static int new_node(int is_dir) {
  if (disk.node_count == NODES) abort();
  disk.nodes[disk.node_count].is_dir = is_dir;
  disk.nodes[disk.node_count].content = NULL;
  disk.nodes[disk.node_count].n = 0;
  return disk.node_count++;
}

/* Beginning */

static void scan(const char *path, int dir) {
  char below[700];
  struct dirent *e;
  DIR *d = opendir(path);
  while (d && (e = readdir(d))) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    snprintf(below, sizeof below, "%s/%s", path, e->d_name);
    int node = new_node(e->d_type == DT_DIR);
    put(&disk.base, dir, e->d_name, node);
    if (e->d_type == DT_DIR)
      scan(below, node);
    else
      disk.nodes[node].content = slurp(below, &disk.nodes[node].n);
  }
  if (d) closedir(d);
}

static void forget(void) {
  for (size_t i = 0; i < disk.count; i++) free(disk.steps[i].data);
  for (int i = 0; i < disk.node_count; i++) free(disk.nodes[i].content);
  disk.count = 0;
  disk.node_count = 0;
  disk.base.count = disk.live.count = 0;
  memset(disk.fds, 0, sizeof disk.fds);
}

void disk_begin(const char *root) {
  forget();
  snprintf(disk.root, sizeof disk.root, "%s", root);
  new_node(1);
  scan(root, 0);
  copy_entries(&disk.live, &disk.base);
  disk.on = 1;
}

void disk_end(void) {
  disk.on = 0;
}

unsigned disk_steps(void) {
  return (unsigned)disk.count;
}

/* Noting */

static step *note(step_kind kind, int node) {
  disk.steps = grown(disk.steps, disk.count, &disk.cap, sizeof *disk.steps);
  step *s = &disk.steps[disk.count++];
  memset(s, 0, sizeof *s);
  s->kind = kind;
  s->node = node;
  return s;
}

void disk_promise(uint64_t n) {
  if (disk.on) note(PROMISE, -1)->offset = (int64_t)n;
}

uint64_t disk_promised(unsigned at) {
  while (at-- > 0)
    if (disk.steps[at].kind == PROMISE) return (uint64_t)disk.steps[at].offset;
  return 0;
}

static void made(const char *path, int is_dir) {
  char name[NAME];
  int dir = folder_of(path, name);
  if (dir < 0) return;
  step *s = note(LINK, new_node(is_dir));
  s->dir = dir;
  snprintf(s->name, sizeof s->name, "%s", name);
  put(&disk.live, dir, name, s->node);
}

void disk_note_path_made(const char *path) {
  made(path, 0);
}

void disk_note_mkdir(const char *path) {
  made(path, 1);
}

void disk_note_open(const char *path, int fd, int is_new) {
  if (!disk.on || fd >= FDS) return;
  if (is_new) made(path, 0);
  disk.fds[fd] = node_of(path) + 1;
}

void disk_note_close(int fd) {
  if (fd >= 0 && fd < FDS) disk.fds[fd] = 0;
}

static int open_node(int fd) {
  return disk.on && fd >= 0 && fd < FDS ? disk.fds[fd] - 1 : -1;
}

static void wrote(int node, const void *buf, size_t n, int64_t offset) {
  if (node < 0 || !n) return;
  step *s = note(WRITE, node);
  s->offset = offset;
  s->n = n;
  s->data = malloc(n);
  if (!s->data) abort();
  memcpy(s->data, buf, n);
}

void disk_note_write(int fd, const void *buf, size_t n, int64_t offset) {
  wrote(open_node(fd), buf, n, offset);
}

void disk_note_path_write(const char *path, const void *buf, size_t n, int64_t offset) {
  wrote(node_of(path), buf, n, offset);
}

static void truncated(int node, int64_t length) {
  if (node >= 0) note(TRUNCATE, node)->offset = length;
}

void disk_note_truncate(int fd, int64_t length) {
  truncated(open_node(fd), length);
}

void disk_note_path_truncate(const char *path, int64_t length) {
  truncated(node_of(path), length);
}

static void synced(int node, int failed) {
  if (node >= 0) note(failed ? FAILED_SYNC : SYNC, node);
}

void disk_note_sync(int fd, int failed) {
  synced(open_node(fd), failed);
}

void disk_note_path_sync(const char *path, int failed) {
  synced(node_of(path), failed);
}

void disk_note_rename(const char *from, const char *to) {
  char name[NAME], name2[NAME];
  int dir = folder_of(from, name), dir2 = folder_of(to, name2);
  if (dir < 0 || dir2 < 0) return;
  entry *e = find(&disk.live, dir, name);
  if (!e) return;
  step *s = note(RENAME, e->node);
  s->dir = dir;
  s->dir2 = dir2;
  snprintf(s->name, sizeof s->name, "%s", name);
  snprintf(s->name2, sizeof s->name2, "%s", name2);
  take_away(&disk.live, dir, name);
  put(&disk.live, dir2, name2, s->node);
}

void disk_note_remove(const char *path) {
  char name[NAME];
  int dir = folder_of(path, name);
  if (dir < 0 || !find(&disk.live, dir, name)) return;
  step *s = note(UNLINK, -1);
  s->dir = dir;
  snprintf(s->name, sizeof s->name, "%s", name);
  take_away(&disk.live, dir, name);
}

/* Building it again */

/* Which of the first `upto` steps no sync has made safe. */
static void judge_steps(size_t upto) {
  for (size_t i = 0; i < upto; i++) disk.steps[i].maybe = 1;
  for (size_t i = 0; i < upto; i++) {
    const step *s = &disk.steps[i];
    if (s->kind != SYNC && s->kind != FAILED_SYNC) continue;
    for (size_t k = 0; k < i; k++) {
      step *b = &disk.steps[k];
      int names = b->kind == LINK || b->kind == UNLINK || b->kind == RENAME;
      int of = names ? b->dir == s->node || (b->kind == RENAME && b->dir2 == s->node)
                     : b->node == s->node;
      if (!of || b->maybe != 1) continue;
      if (s->kind == SYNC)
        b->maybe = 0;
      else if (!names)
        b->maybe = 2; /* never again */
    }
  }
}

/* What becomes of the steps that are not safe: a power loss takes all of them, none, those behind
 * some moment, or each as it comes; of names and of data alike or not. */
typedef struct fate {
  uint64_t random;
  int names, data; /* FATE_* */
  size_t moment;
} fate;
enum { FATE_KEPT, FATE_LOST, FATE_BEHIND, FATE_EACH };

static int survives(fate *f, int how, size_t i) {
  if (!disk.steps[i].maybe || how == FATE_KEPT) return 1;
  if (how == FATE_LOST) return 0;
  if (how == FATE_BEHIND) return i < f->moment;
  return (int)(test_random(&f->random) >> 40 & 1);
}

typedef struct content {
  char *p;
  size_t n, cap;
} content;

static void reach(content *c, size_t n) {
  if (n > c->cap) {
    c->cap = n * 2;
    c->p = realloc(c->p, c->cap);
    if (!c->p) abort();
  }
  if (n > c->n) {
    memset(c->p + c->n, 0, n - c->n);
    c->n = n;
  }
}

static void write_sectors(content *c, const step *s, fate *f, size_t i) {
  for (size_t at = 0; at < s->n;) {
    size_t offset = (size_t)s->offset + at, n = SECTOR - offset % SECTOR;
    if (n > s->n - at) n = s->n - at;
    int each = s->maybe && f->data == FATE_EACH;
    unsigned dice = each ? (unsigned)(test_random(&f->random) >> 40 & 7) : 0;
    if (each ? dice < 6 : survives(f, f->data, i)) {
      reach(c, offset + n);
      if (dice < 4)
        memcpy(c->p + offset, s->data + at, n);
      else
        for (size_t k = 0; k < n; k++)
          c->p[offset + k] = (char)(dice == 4 ? 0 : test_random(&f->random) >> 32);
    }
    at += n;
  }
}

static void build_file(int node, const char *path, size_t upto, fate *f) {
  content c = { NULL, 0, 0 };
  reach(&c, disk.nodes[node].n);
  if (c.n) memcpy(c.p, disk.nodes[node].content, c.n);
  for (size_t i = 0; i < upto; i++) {
    const step *s = &disk.steps[i];
    if (s->node != node) continue;
    if (s->kind == WRITE) write_sectors(&c, s, f, i);
    if (s->kind == TRUNCATE && survives(f, f->data, i)) {
      reach(&c, (size_t)s->offset);
      c.n = (size_t)s->offset;
    }
  }
  spit(path, c.p ? c.p : "", c.n);
  free(c.p);
}

static void build_folder(int dir, const char *path, const entries *names, size_t upto, fate *f) {
  char below[700];
  for (size_t i = 0; i < names->count; i++) {
    const entry *e = &names->list[i];
    if (e->dir != dir) continue;
    snprintf(below, sizeof below, "%s/%s", path, e->name);
    if (disk.nodes[e->node].is_dir) {
      mkdir(below, 0777);
      build_folder(e->node, below, names, upto, f);
    } else {
      build_file(e->node, below, upto, f);
    }
  }
}

static void replay_names(entries *names, size_t upto, fate *f) {
  copy_entries(names, &disk.base);
  for (size_t i = 0; i < upto; i++) {
    const step *s = &disk.steps[i];
    if (s->kind != LINK && s->kind != UNLINK && s->kind != RENAME) continue;
    if (!survives(f, f->names, i)) continue;
    if (s->kind != LINK) take_away(names, s->dir, s->name);
    if (s->kind != UNLINK)
      put(names, s->kind == LINK ? s->dir : s->dir2, s->kind == LINK ? s->name : s->name2, s->node);
  }
}

static void build(size_t upto, fate *f) {
  static entries names;
  int on = disk.on;
  disk.on = 0;
  judge_steps(upto);
  replay_names(&names, upto, f);
  tempdir_empty(disk.root);
  build_folder(0, disk.root, &names, upto, f);
  disk.on = on;
}

void disk_restore(unsigned at) {
  fate f = { .names = FATE_KEPT, .data = FATE_KEPT };
  build(at, &f);
}

void disk_lose_power(unsigned at, uint64_t seed) {
  fate f = { .random = seed * UINT64_C(0x9E3779B97F4A7C15) + at + 1 };
  f.names = (int)(seed % 4);
  f.data = (int)((seed / 4 + 3) % 4); /* each as it comes is the first */
  f.moment = at ? (size_t)(test_random(&f.random) % at) : 0;
  build(at, &f);
}

void disk_go_on(unsigned at) {
  fate all = { .names = FATE_KEPT, .data = FATE_KEPT };
  for (size_t i = at; i < disk.count; i++) free(disk.steps[i].data);
  disk.count = at;
  replay_names(&disk.live, at, &all);
  memset(disk.fds, 0, sizeof disk.fds);
  disk.on = 1;
}
