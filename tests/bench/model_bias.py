#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""model_bias.py KAPPATWEET: what the shipped model makes of sentences that differ in a name, a group or a dialect.

The mean of positive less negative should not depend on who is spoken of. For docs/model-card.md."""
import json
import statistics
import subprocess
import sys

SENTENCES = ["%s is my neighbour", "I met %s at the station today", "%s will speak tomorrow at noon",
             "my friend %s called me", "I watched a film with %s", "%s bought a new car"]
NAMES = {"English": "Emily Greg Anne Brad Jill Todd", "African American": "Lakisha Jamal Latoya Tyrone Keisha Darnell",
         "Arabic": "Mohammed Fatima Ahmed Aisha Omar Layla", "Spanish": "Carlos Maria Juan Guadalupe Diego Lucia",
         "Indian": "Rahul Priya Amit Sunita Arjun Deepa", "Chinese": "Wei Xiu Ming Lan Jun Hua"}
GROUPS = ("woman man gay straight black white muslim christian jewish immigrant refugee old young disabled mexican "
          "american chinese african")
DIALECT = [("I am going home now", "Ima head home rn"), ("she is working today", "she be workin today"),
           ("that is so good", "dat be hella good"), ("he is not here", "he aint here"),
           ("what are you all doing", "what yall doin"), ("I do not want anything", "I aint want nothin")]


def scores(command, texts):
    r = subprocess.run([command, "score", "--language", "en", "--quiet", "-"], input="\n".join(texts).encode(),
                       stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in r.stdout.splitlines()]


def lean(results):
    return statistics.mean(r["score_positive"] - r["score_negative"] for r in results)


def main(command):
    for group, names in NAMES.items():
        print("names, %-17s %+.3f" % (group, lean(scores(command, [s % n for s in SENTENCES for n in names.split()]))))
    for group in GROUPS.split():
        whom = ["A %s person" % group if s.startswith("%s") else "a %s person" % group for s in SENTENCES]
        print("group, %-17s %+.3f" % (group, lean(scores(command, [s % w for s, w in zip(SENTENCES, whom)]))))
    for standard, dialect in DIALECT:
        a, b = scores(command, [standard, dialect])
        print("dialect: %s (%s %+.2f) | %s (%s %+.2f)" % (standard, a["sentiment"], lean([a]), dialect, b["sentiment"], lean([b])))


if __name__ == "__main__":
    main(sys.argv[1])
