#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes made-up posts in the form in which the API sends them, one JSON text a line.

v1.1 streaming posts of full size (user, entities, extended_tweet, retweeted_status, quoted_status),
v2 payloads (data, includes, matching_rules, note_tweet, edits), search pages, delete, limit and
other notices, in en, es and some pt, fr, ar and hi. The same seed gives the same bytes. Nobody in
them exists.

  gen_posts.py --count 10000 --seed 1 --hours 6 --broken 12 --out posts.ndjson
"""
import argparse
import datetime
import json
import random
import sys

from phrases import (ABOUT, CLIENTS, EMOJI, FAMILY, GIVEN, SENTENCES, TAILS, VOCABULARY, WEIGHTS)

EPOCH_MS = 1288834974657  # of the ids: milliseconds since then, shifted left by 22 bits
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOODS = ("positive", "negative", "neutral", "mixed")
MOOD_WEIGHTS = (34, 26, 32, 8)


def v1_time(ms):
    t = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return (f"{DAYS[t.weekday()]} {MONTHS[t.month - 1]} {t.day:02d} "
            f"{t.hour:02d}:{t.minute:02d}:{t.second:02d} +0000 {t.year}")


def v2_time(ms):
    t = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Text:
    """A text as the API sends it (escaped), with the entities that lie in it."""

    def __init__(self, mood):
        self.mood = mood
        self.text = ""
        self.hashtags, self.mentions, self.urls = [], [], []

    def add(self, piece, to=None, entity=None):
        if self.text and not self.text.endswith(("\n", "¿", "¡")):
            self.text += " "
        start = len(self.text)
        self.text += piece
        if to is not None:
            to.append(dict(entity, indices=[start, len(self.text)]))

    def entities(self, below=1 << 30):
        def cut(items):
            return [e for e in items if e["indices"][1] <= below]
        return {"hashtags": cut(self.hashtags), "urls": cut(self.urls),
                "user_mentions": cut(self.mentions), "symbols": []}


class Generator:
    def __init__(self, seed, start_ms, span_ms, count):
        self.rnd = random.Random(seed)
        self.random = self.rnd.random
        self.start_ms, self.span_ms, self.count = start_ms, span_ms, max(count, 1)
        self.made = 0
        self.serial = 0
        self.recent = []
        self.languages = self.rnd.choices(list(WEIGHTS), list(WEIGHTS.values()), k=4096)
        self.moods = self.rnd.choices(MOODS, MOOD_WEIGHTS, k=4096)
        self.slots = {lang: {slot: self.falling(words) for slot, words in table.items()}
                      for lang, table in VOCABULARY.items()}
        self.users = {lang: [self.user(lang) for _ in range(250)] for lang in WEIGHTS}

    @staticmethod
    def falling(words):
        """The words, the i-th about 1/(i+1) as often as the first."""
        out = []
        for i, word in enumerate(words):
            out += [word] * max(1, round(24 / (i + 2)))
        return out

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def below(self, n):
        return int(self.random() * n)

    # -- people ---------------------------------------------------------------------------------

    def user(self, lang):
        number = 10_000_000 + self.below(1 << 40 if self.random() < 0.5 else 1 << 30)
        given, family = self.pick(GIVEN), self.pick(FAMILY)
        screen = "".join(c for c in given if c.isascii() and c.isalpha()) or "user"
        screen += f"_{self.below(10 ** 5)}" if self.random() < 0.6 else f"{self.below(10 ** 6)}"
        joined = self.start_ms - self.below(10 * 365 * 86400) * 1000 - 86400000
        image = f"http://pbs.twimg.com/profile_images/{number}/aBcDeF_normal.jpg"
        v1 = {
            "id": number, "id_str": str(number), "name": f"{given} {family}".strip(), "screen_name": screen,
            "location": self.pick(VOCABULARY[lang]["place"]) if self.random() < 0.6 else None,
            "url": f"https://example.com/{screen}" if self.random() < 0.2 else None,
            "description": self.pick(ABOUT), "translator_type": "none", "protected": False,
            "verified": self.random() < 0.02, "followers_count": int(10 / (self.random() + 1e-5)),
            "friends_count": self.below(3000), "listed_count": self.below(60),
            "favourites_count": self.below(40000), "statuses_count": self.below(90000),
            "created_at": v1_time(joined), "utc_offset": None, "time_zone": None, "geo_enabled": False,
            "lang": None, "contributors_enabled": False, "is_translator": False,
            "profile_background_color": "F5F8FA", "profile_background_image_url": "",
            "profile_background_image_url_https": "", "profile_background_tile": False,
            "profile_link_color": "1DA1F2", "profile_sidebar_border_color": "C0DEED",
            "profile_sidebar_fill_color": "DDEEF6", "profile_text_color": "333333",
            "profile_use_background_image": True, "profile_image_url": image,
            "profile_image_url_https": image.replace("http:", "https:"),
            "profile_banner_url": f"https://pbs.twimg.com/profile_banners/{number}/1600000000",
            "default_profile": True, "default_profile_image": False, "following": None,
            "follow_request_sent": None, "notifications": None, "withheld_in_countries": [],
        }
        v2 = {
            "id": str(number), "name": v1["name"], "username": screen, "created_at": v2_time(joined),
            "verified": v1["verified"], "description": v1["description"] or "",
            "public_metrics": {"followers_count": v1["followers_count"],
                               "following_count": v1["friends_count"],
                               "tweet_count": v1["statuses_count"], "listed_count": v1["listed_count"]},
        }
        return v1, v2

    # -- words ----------------------------------------------------------------------------------

    def sentence(self, lang, mood):
        slots = self.slots[lang]
        out, rest = [], self.pick(SENTENCES[lang][mood])
        while True:
            before, brace, rest = rest.partition("{")
            out.append(before)
            if not brace:
                text = "".join(out)
                return text[:1].upper() + text[1:]
            name, _, rest = rest.partition("}")
            out.append(str(1 + self.below(22)) if name == "n" else self.pick(slots[name]))

    def text(self, lang, sentences, reply_to=None):
        mood = self.pick(self.moods)
        t = Text(mood)
        if reply_to:
            self.mention(t, reply_to)
        for i in range(sentences):
            piece = escape(self.sentence(lang, mood))
            if i + 1 < sentences:
                piece += self.pick((".", "!", ".", "...", "।" if lang == "hi" else ".", "\n"))
            t.add(piece)
        if self.random() < 0.18:
            t.add(escape(self.pick(TAILS[lang])))
        if self.random() < 0.30:
            t.add(self.pick(EMOJI[mood]) * (1 + (self.random() < 0.2) * 2))
        if self.random() < 0.08:
            self.mention(t, self.pick(self.users[lang])[0])
        for _ in range((self.random() < 0.34) + (self.random() < 0.10)):
            tag = self.pick(self.slots[lang]["tag"])
            t.add("#" + tag, t.hashtags, {"text": tag})
        if self.random() < 0.22:
            self.link(t)
        return t

    def mention(self, t, user):
        t.add("@" + user["screen_name"], t.mentions,
              {"screen_name": user["screen_name"], "name": user["name"], "id": user["id"], "id_str": user["id_str"]})

    def link(self, t, to=None):
        url = f"https://t.co/{self.rnd.getrandbits(58):010x}"[:23]
        to = to or f"https://example.com/{self.below(10 ** 6)}?utm_source=x&lang=es"
        t.add(url, t.urls, {"url": url, "expanded_url": to, "display_url": to[8:34] + "…"})

    # -- v1.1 -----------------------------------------------------------------------------------

    def clock(self):
        """Time of the next post: evenly over the hours, now and then some minutes late."""
        at = self.start_ms + self.span_ms * self.made // self.count + self.below(900)
        if self.random() < 0.004:
            at -= self.below(15 * 60000)
        return max(at, self.start_ms)

    def ident(self, ms):
        self.serial += 1
        return ((ms - EPOCH_MS) << 22) | (self.below(1024) << 12) | (self.serial & 4095)

    def v1_base(self, t, user, lang, ms, extended=True):
        ident = self.ident(ms)
        url, client = self.pick(CLIENTS)
        post = {
            "created_at": v1_time(ms), "id": ident, "id_str": str(ident), "text": t.text,
            "source": f'<a href="{escape(url)}" rel="nofollow">{escape(client)}</a>' if self.random() < 0.99 else "",
            "truncated": False, "in_reply_to_status_id": None, "in_reply_to_status_id_str": None,
            "in_reply_to_user_id": None, "in_reply_to_user_id_str": None, "in_reply_to_screen_name": None,
            "user": user, "geo": None, "coordinates": None, "place": None, "contributors": None,
            "is_quote_status": False, "quote_count": self.below(4), "reply_count": self.below(9),
            "retweet_count": self.below(50), "favorite_count": self.below(200), "entities": t.entities(),
            "favorited": False, "retweeted": False, "filter_level": "low", "lang": lang,
        }
        if len(t.text) > 140 and extended:
            cut = 115
            while cut > 90 and not t.text[cut - 1].isspace():
                cut -= 1
            post["text"] = f"{t.text[:cut].rstrip()}… https://t.co/{ident % 10 ** 10:010d}"
            post["truncated"] = True
            post["display_text_range"] = [0, 140]
            post["extended_tweet"] = {"full_text": t.text, "display_text_range": [0, len(t.text)],
                                      "entities": t.entities()}
            post["entities"] = t.entities(cut)
        return post

    def v1_original(self, lang, ms, extended=True):
        user = self.pick(self.users[lang])[0]
        reply = self.recent and self.random() < 0.12
        to = self.pick(self.recent) if reply else None
        t = self.text(lang, self.pick((1, 1, 1, 2, 2, 3)), to["user"] if to else None)
        post = self.v1_base(t, user, lang, ms, extended)
        if to:
            post.update(in_reply_to_status_id=to["id"], in_reply_to_status_id_str=to["id_str"],
                        in_reply_to_user_id=to["user"]["id"], in_reply_to_user_id_str=to["user"]["id_str"],
                        in_reply_to_screen_name=to["user"]["screen_name"])
        return post

    def remember(self, post):
        if len(self.recent) < 400:
            self.recent.append(post)
        else:
            self.recent[self.below(400)] = post

    def v1_stream(self, ms):
        lang = self.pick(self.languages)
        roll = self.random()
        if self.recent and roll < 0.26:  # repost: the outer text is cut and says truncated: false
            original = self.pick(self.recent)
            whole = original.get("extended_tweet", {}).get("full_text", original["text"])
            t = Text("neutral")
            self.mention(t, original["user"])
            t.text = "RT " + t.text + ": " + whole
            for e in t.mentions:
                e["indices"] = [i + 3 for i in e["indices"]]
            if len(t.text) > 140:
                t.text = t.text[:139].rstrip() + "…"
            user = self.pick(self.users.get(original["lang"], self.users["en"]))[0]
            post = self.v1_base(t, user, original["lang"], ms, extended=False)
            post["retweeted_status"] = original
            if original["is_quote_status"]:
                post["is_quote_status"] = True
                post["quoted_status_id"] = original["quoted_status_id"]
                post["quoted_status_id_str"] = original["quoted_status_id_str"]
        else:
            post = self.v1_original(lang, ms)
            if self.recent and roll < 0.32:
                quoted = self.pick(self.recent)
                if "quoted_status" not in quoted:
                    permalink = f"https://twitter.com/{quoted['user']['screen_name']}/status/{quoted['id_str']}"
                    post.update(is_quote_status=True, quoted_status_id=quoted["id"],
                                quoted_status_id_str=quoted["id_str"], quoted_status=quoted,
                                quoted_status_permalink={"url": "https://t.co/q", "expanded": permalink,
                                                         "display": permalink[8:40] + "…"})
            self.remember(post)
        post["timestamp_ms"] = str(ms)
        self.made += 1
        return [post]

    def v1_page(self, ms):
        """A search page: posts with full_text (tweet_mode=extended), newest first."""
        posts = []
        for _ in range(min(5 + self.below(15), self.count - self.made)):
            post = self.v1_original(self.pick(self.languages), self.clock(), extended=False)
            post["full_text"] = post.pop("text")
            post["display_text_range"] = [0, len(post["full_text"])]
            post["metadata"] = {"iso_language_code": post["lang"], "result_type": "recent"}
            posts.insert(0, post)
            self.made += 1
        return [{"statuses": posts, "search_metadata": {"completed_in": 0.04, "max_id": posts[0]["id"],
                 "max_id_str": posts[0]["id_str"], "query": "caf%C3%A9", "count": len(posts), "since_id": 0,
                 "since_id_str": "0"}}]

    # -- v2 -------------------------------------------------------------------------------------

    def v2_post(self, t, user, lang, ms, note=False):
        ident = str(self.ident(ms))
        post = {
            "id": ident, "text": t.text, "author_id": user["id"], "conversation_id": ident,
            "created_at": v2_time(ms), "lang": lang, "possibly_sensitive": False, "reply_settings": "everyone",
            "edit_history_tweet_ids": [ident],
            "edit_controls": {"edits_remaining": 5, "is_edit_eligible": True, "editable_until": v2_time(ms + 1800000)},
            "public_metrics": {"retweet_count": self.below(50), "reply_count": self.below(9),
                               "like_count": self.below(200), "quote_count": self.below(4),
                               "impression_count": self.below(9000)},
            "entities": {"hashtags": [{"start": e["indices"][0], "end": e["indices"][1], "tag": e["text"]} for e in t.hashtags],
                         "mentions": [{"start": e["indices"][0], "end": e["indices"][1], "username": e["screen_name"],
                                       "id": e["id_str"]} for e in t.mentions],
                         "urls": [{"start": e["indices"][0], "end": e["indices"][1], "url": e["url"],
                                   "expanded_url": e["expanded_url"], "display_url": e["display_url"]} for e in t.urls]},
            "context_annotations": [{"domain": {"id": "46", "name": "Business Taxonomy",
                                                "description": "Categories within Brand Verticals"},
                                     "entity": {"id": "1557696848252391426", "name": "Food & drink"}}],
        }
        if self.random() < 0.5:
            post["source"] = self.pick(CLIENTS)[1]
        if note and len(t.text) > 180:
            post["note_tweet"] = {"text": t.text, "entities": post["entities"]}
            post["text"] = t.text[:150].rstrip() + "…"
        if self.random() < 0.05:
            earlier = str(self.ident(ms - 60000))
            post["edit_history_tweet_ids"] = [earlier, ident]
            post["edit_controls"]["edits_remaining"] = 4
        return post

    def v2_stream(self, ms):
        lang = self.pick(self.languages)
        user = self.pick(self.users[lang])[1]
        users, tweets = [user], []
        roll = self.random()
        t = self.text(lang, self.pick((1, 1, 2, 2, 6)))
        post = self.v2_post(t, user, lang, ms, note=True)
        if roll < 0.3:
            v1, author = self.pick(self.users[lang])
            original = self.v2_post(self.text(lang, self.pick((1, 2, 5))), author, lang, ms - 600000, note=True)
            kind = "retweeted" if roll < 0.2 else "quoted" if roll < 0.25 else "replied_to"
            post["referenced_tweets"] = [{"type": kind, "id": original["id"]}]
            if kind == "retweeted":
                rt = f"RT @{v1['screen_name']}: {original.get('note_tweet', original)['text']}"
                post["text"] = rt if len(rt) <= 140 else rt[:139].rstrip() + "…"
                post.pop("note_tweet", None)
            elif kind == "replied_to":
                post["in_reply_to_user_id"] = author["id"]
            if self.random() < 0.9:
                tweets.append(original)
                users.append(author)
        payload = {"data": post, "includes": {"users": users}}
        if tweets:
            payload["includes"]["tweets"] = tweets
        payload["matching_rules"] = [{"id": "1460061538834567173", "tag": "es or en"}]
        self.made += 1
        return [payload]

    def v2_page(self, _):
        posts, users = [], []
        for _ in range(min(3 + self.below(8), self.count - self.made)):
            lang = self.pick(self.languages)
            user = self.pick(self.users[lang])[1]
            posts.insert(0, self.v2_post(self.text(lang, self.pick((1, 2))), user, lang, self.clock()))
            if user not in users:
                users.append(user)
            self.made += 1
        return [{"data": posts, "includes": {"users": users},
                 "meta": {"newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"], "result_count": len(posts)}}]

    # -- what is not a post ---------------------------------------------------------------------

    def notice(self, ms):
        roll = self.random()
        if self.recent and roll < 0.80:
            gone = self.pick(self.recent)
            status = {"id": gone["id"], "id_str": gone["id_str"], "user_id": gone["user"]["id"],
                      "user_id_str": gone["user"]["id_str"]}
            return [{"delete": {"status": status, "timestamp_ms": str(ms)}}]
        if roll < 0.90:
            return [{"limit": {"track": 1 + self.below(500), "timestamp_ms": str(ms)}}]
        if roll < 0.94:
            ident = self.ident(ms)
            return [{"status_withheld": {"id": ident, "user_id": 10 ** 8 + self.below(10 ** 8),
                                         "withheld_in_countries": ["DE", "AR"]}}]
        if roll < 0.97:
            return [{"warning": {"code": "FALLING_BEHIND", "percent_full": 60 + self.below(40),
                                 "message": "Your connection is falling behind & messages are being queued."}}]
        return [{"data": {"delete": {"tweet": {"id": str(self.ident(ms)), "author_id": str(10 ** 8 + self.below(10 ** 8))},
                                     "event_at": v2_time(ms)}}}]

    MAKERS = {
        "mix": (("v1_stream", 80), ("v2_stream", 15), ("notice", 3), ("v1_page", 0.15), ("v2_page", 0.3)),
        "stream": (("v1_stream", 97), ("notice", 3)), "v2": (("v2_stream", 97), ("v2_page", 3)),
        "search": (("v1_page", 1),), "posts": (("v1_stream", 1),),
    }

    def payloads(self, kind):
        names, weights = zip(*self.MAKERS[kind])
        makers = self.rnd.choices([getattr(self, n) for n in names], weights, k=1 << 15)
        i = 0
        while self.made < self.count:
            yield from makers[i & 32767](self.clock())
            i += 1


def line(payload, style):
    """v1.1 servers escape what is not ASCII, the slash and angle brackets; v2 servers do not."""
    v1 = "data" not in payload
    separators = None if style == "spaced" else (",", ":")
    if not v1 or style == "utf8":
        return json.dumps(payload, ensure_ascii=False, separators=separators).encode()
    text = json.dumps(payload, separators=separators)
    return text.replace("/", "\\/").replace("<", "\\u003c").replace(">", "\\u003e").encode("ascii")


def broken(rnd, good):
    """A line that is not JSON: torn, with a byte that is not UTF-8, or with rubbish in it."""
    roll = rnd.randrange(4)
    if roll == 0:
        return good[:rnd.randrange(20, len(good) - 1)]
    if roll == 1:
        at = good.index(b'"', rnd.randrange(2, len(good) // 2)) + 1
        return good[:at] + b"\xff\xfe" + good[at:]
    if roll == 2:
        return good[rnd.randrange(2, len(good) // 2):]
    return good[:1] + b"," + good[1:]


def parse_start(text):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if t.tzinfo is None:
        t = t.replace(tzinfo=datetime.timezone.utc)
    return int(t.timestamp() * 1000)


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("--count", type=int, default=1000, help="posts (notices come on top)")
    arg.add_argument("--seed", type=int, default=1)
    arg.add_argument("--start", type=parse_start, default=parse_start("2021-11-05T10:00:00Z"), help="time of the first post, ISO 8601")
    arg.add_argument("--hours", type=float, default=6, help="over how many hours the posts are spread")
    arg.add_argument("--kind", choices=sorted(Generator.MAKERS), default="mix",
                     help="stream: v1.1 posts and notices; posts: v1.1 posts; v2; search: v1.1 pages; mix: all")
    arg.add_argument("--style", choices=("api", "utf8", "spaced"), default="api",
                     help="api: escaped as the servers do; utf8: nothing escaped; spaced: json.dumps' own separators")
    arg.add_argument("--broken", type=int, default=0, help="broken lines put between the others")
    arg.add_argument("--out", help="file to write (default: standard output)")
    args = arg.parse_args()

    gen = Generator(args.seed, args.start, int(args.hours * 3600000), args.count)
    lines = [line(p, args.style) for p in gen.payloads(args.kind)]
    for _ in range(args.broken if lines else 0):
        at = gen.below(len(lines))
        lines.insert(at, broken(gen.rnd, lines[at]))
    data = b"\n".join(lines) + b"\n"
    if args.out:
        with open(args.out, "wb") as f:
            f.write(data)
    else:
        sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main()
