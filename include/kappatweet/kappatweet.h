/* SPDX-License-Identifier: Apache-2.0 */
/* All of libkappatweet. */
#ifndef KAPPATWEET_H
#define KAPPATWEET_H

#include <kappatweet/arrow.h>
#include <kappatweet/batch.h>
#include <kappatweet/conf.h>
#include <kappatweet/encode.h>
#include <kappatweet/env.h>
#include <kappatweet/filter.h>
#include <kappatweet/memory.h>
#include <kappatweet/module.h>
#include <kappatweet/parser.h>
#include <kappatweet/parts.h>
#include <kappatweet/pipeline.h>
#include <kappatweet/score.h>
#include <kappatweet/scorer.h>
#include <kappatweet/sink.h>
#include <kappatweet/source.h>
#include <kappatweet/text.h>
#include <kappatweet/train.h>
#include <kappatweet/types.h>
#include <kappatweet/version.h>

#endif
