// Automatic and manual acts per node of the process (智能調度看板: manual interventions −40 %).
// Room-internal.
//
//   node        by itself                                by people
//   dispatch    somebody offered or sent                 assigned, accepted, declined, handed over
//   escalation  a call                                   heard; raised to a worse severity
//   fault       found by a device's signs of life        reported or told by people
//   refill      asked for                                asked for; done or cancelled
//   crowding    a zone called crowded                    a zone set crowded
//   check-in    a suggestion made                        a suggestion taken or passed; a lane set
//   notice      drafted                                  drafted, approved or dropped
//
// What is only seen (counts, levels, servings) and the steps of an incident are acts of no node; so is what
// comes of an act of people, a refusal, and what was so already.
//
// Counted in memory, kept as a Change 60 s after the first that is not kept yet: a crash loses at most that.
// The first of all is kept at once, with the act that did it.
#ifndef VD_CORE_NODE_H
#define VD_CORE_NODE_H

#include "daemon/core/act.h"

enum { VD_NODE_KEEP_MS = 60000 };

// The node's word, which is also its count's id: "dispatch", "check-in" … Static storage.
const char *vd_node_id(Vd__Node node);
// Counts one act of the node: of venued itself, or of people.
void vd_node_did(struct vd_act *act, Vd__Node node, bool is_automatic);
// Counts as of now: what is kept and what is not yet.
void vd_node_look(const struct vd_venue *venue, Vd__Node node, uint64_t *automatic, uint64_t *manual);
void vd_node_fire(struct vd_act *act, Vd__NodeCount *count);
int64_t vd_node_next(const struct vd_venue *venue, const Vd__NodeCount *count); // for timer.c

#endif
