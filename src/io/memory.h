/* SPDX-License-Identifier: Apache-2.0 */
/* What the memory source and sink see of a kt_memory. */
#ifndef KT_IO_MEMORY_H
#define KT_IO_MEMORY_H

#include <pthread.h>

#include <kappatweet/memory.h>

typedef struct kt_memory_frame {
  char *data; /* frame and then place */
  size_t len, place_len;
} kt_memory_frame;

typedef struct kt_memory_entry {
  kt_batch *batch;
  uint32_t i;
} kt_memory_entry;

struct kt_memory {
  kt_env *env;
  size_t limit;
  int wake_source[2], wake_sink[2];
  pthread_mutex_t lock;    /* of everything below */
  kt_memory_frame *frames; /* a ring */
  size_t frame_cap, frame_first, frame_count;
  uint64_t first; /* number of the first frame in it */
  uint64_t committed;
  int ended, reading;
  kt_memory_entry *entries;
  size_t entry_count, entry_cap;
  kt_batch **batches; /* referenced, each once */
  size_t batch_count, batch_cap;
};

/* The lock is held. NULL: frame `number` is not there. */
const kt_memory_frame *kt_memory_frame_at(const kt_memory *m, uint64_t number);
/* The lock is held. Lets go what comes before frame `number`. */
void kt_memory_drop(kt_memory *m, uint64_t number);

#endif
