// The details of refusals (err.h) in the user's language. They are made in English, where the fault is met,
// and logged so; whoever shows one to a person passes it through here. Any thread.
#ifndef VD_PROTO_DETAILS_H
#define VD_PROTO_DETAILS_H

#include "proto/err.h"
#include "proto/message.h"

// Appends the detail in words of the language: "av-1 landed it" is 由 av-1 落地. What stands before it and a
// colon (a file and its line, a path) stays; a detail that is not known stays as it is.
void vd_detail_words(struct vd_buffer *out, const char *detail, Vd__Language language);

// Appends the sentence of a refusal with its detail: "There is no such zone. (hall-mian)".
void vd_refusal_sentence(struct vd_buffer *out, enum vd_err err, const char *detail, Vd__Language language);

#endif
