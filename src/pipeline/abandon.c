/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/abandon.h"

#include "pipeline/feed.h"
#include "pipeline/item.h"
#include "pipeline/lane.h"

/* Posts that come again get the same numbers. */
static void rewind_run(kt_pipeline *p) {
  kt_item *it = p->uncommitted;
  if (it && it->sealed && !it->abandoned) p->run_no = it->run_no_before;
}

void kt_abandon(kt_pipeline *p) {
  kt_feed_forget(p);
  rewind_run(p);
  for (kt_item *it = p->uncommitted; it; it = it->next) {
    if (it->abandoned || it->committed) continue;
    it->abandoned = 1;
    if (!it->busy) kt_item_settle(it, 0); /* else when it comes back */
  }
  for (size_t i = 0; i < p->lane_count; i++) kt_lane_abandon(p->lanes[i]);
}
