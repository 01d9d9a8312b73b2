/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"

/*
 * element: the XML elements of an event as they open, fill and close, turned into fields by the
 * rules of intake/windows.h. Their contents come from intake/evtx/binxml.c.
 */
enum { ELEMENTS_MAX = 32, UNNAMED_MAX = 256, PARTS_MAX = 64 };

/* Where an element stands, by what is around it. */
enum place { IN_DOCUMENT, IN_EVENT, IN_SYSTEM, IN_EVENT_DATA, IN_USER_DATA, IN_OTHER };

struct element {
    slice name;
    slice data_name; /* the attribute Name of a Data */
    slice text;
    uint8_t place;    /* enum place */
    uint8_t children; /* the place of what it contains */
    uint8_t type;     /* enum event_type of the text */
    uint16_t parts;   /* of the text so far */
    bool named;
    bool has_attributes;
    bool has_children;
};

struct elements {
    struct build *b; /* borrowed */
    struct element open[ELEMENTS_MAX];
    size_t depth;
    size_t system_end; /* fields of b before it come from System */
    bool in_attribute;
    struct element attribute;   /* its name and text */
    slice unnamed[UNNAMED_MAX]; /* Data without a name */
    size_t unnamed_count;
};

/* E_LIMIT above ELEMENTS_MAX. */
status element_open(struct elements *e, slice name);
/* An attribute of the element that was opened last begins; one that is open ends. */
void element_attribute(struct elements *e, slice name);
/* The attribute that is open, if any, ends. */
void element_attribute_end(struct elements *e);
/* Text of the open attribute or, if there is none, of the innermost element. */
void element_text(struct elements *e, slice text, uint8_t type);
/* As element_text, for a member of an array: each is a value of its own. */
void element_member(struct elements *e, slice text, uint8_t type);
/* E_SYNTAX if none is open. */
status element_close(struct elements *e);
