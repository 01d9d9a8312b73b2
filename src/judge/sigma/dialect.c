/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/dialect.h"

#include "base/banned.h"

/* clang-format off */
const struct dialect_point dialect_points[DIALECT_POINTS] = {
    { 1, "How does a filter join a rule?",
      "its condition is appended with \"and\"; a filter without any \"not\" is warned about" },
    { 2, "Which selections does \"1 of x*\" in a filter see?",
      "the filter's own, \"them\" included" },
    { 3, "Which spellings does windash try?",
      "each of - / U+2013 U+2014 U+2015 in the value stands for any of the five, anywhere in it" },
    { 4, "Is a field with the value null there for \"exists\"?",
      "yes" },
    { 5, "How is base64offset cut for texts that are not ASCII?",
      "by bytes; a value of which nothing is left at some offset is refused" },
    { 6, "Is utf16le a modifier?",
      "yes, the same as wide" },
    { 7, "May a correlation give a range, such as gt and lte together?",
      "yes, all bounds must hold" },
    { 8, "What does value_percentile compare?",
      "the percentile of the numbers: key percentile, 0 to 100, default 50; linear interpolation" },
    { 9, "When does a temporal correlation without a condition fire?",
      "when every listed rule was seen; a number counts distinct rules" },
    { 10, "Does the number 42 in a rule match the text \"42\" in an event?",
      "yes: equal decimal text, or equal numbers where both are numbers" },
    { 11, "How is a list in an event compared?",
      "any member may match; neq and not mean that no member does" },
    { 12, "What does a dot in a field name mean?",
      "a literal name with the dot first, then a path; of a list of objects any element" },
    { 13, "Does lt take a number in quotes?",
      "yes, if the whole text is a number; else the rule is refused" },
    { 14, "May a network have bits behind its prefix, such as 10.0.0.1/8?",
      "yes, they are masked, with a warning; a bare address is a network of one" },
    { 15, "May \"all\" stand with a single value?",
      "yes, with a warning" },
    { 16, "What does an empty list of values mean?",
      "nothing: the rule is refused" },
    { 17, "Is \"not\" of a comparison with an absent field true?",
      "yes: logic has two values; the comparison is false and its negation true" },
    { 18, "What do keywords search?",
      "every scalar at any depth, one at a time, for a substring without regard to case; not "
      "names; the raw line where the event was not understood" },
    { 19, "What does \"without regard to case\" mean?",
      "Unicode simple case folding, no normalisation; stray bytes match only themselves" },
    { 20, "Which events does a rule's log source admit?",
      "all but those that state a category, product or service and a different one; where channel "
      "and event id tell the log source, exactly those" },
    { 21, "Which week and which time zone do time parts use?",
      "ISO 8601 weeks; the offset written in the value, else UTC" },
    { 22, "How do correlation windows slide, fire again, and treat late events?",
      "event time, last - first <= timespan; growing conditions fire when they turn true and "
      "re-arm when they turn false (a window that has emptied is false), all others are decided "
      "when the window closes; events later "
      "than the declared lateness (10 s) are left out and counted" },
};
/* clang-format on */
