// What the verbs of the agenda (agenda.c) and of notices (notice.c) share.
#ifndef CTL_AGENDA_H
#define CTL_AGENDA_H

#include <stdio.h>

#include "clients/ctl/ctl.h"
#include "proto/fold.h"

// Event, zones, sessions and notices. The caller destroys the fold on success.
int ctl_agenda_fetch(struct ctl *ctl, struct vd_fold **fold);
// "05-18 09:00" of the venue's clock face, "-" for 0.
void ctl_agenda_moment(const struct ctl *ctl, int64_t at_ms, char out[40]);
// Ended or cancelled.
bool ctl_agenda_is_over(const Vd__Session *session);
// The temporary routes round a zone that nobody passes, a line each; nothing where people pass it.
void ctl_detour_show(const struct ctl *ctl, FILE *out, const struct vd_fold *fold, const Vd__Zone *zone);

// The temporary route of a contingency, its step-free one too where that is another.
void ctl_contingency_route(const struct ctl *ctl, FILE *out, const struct vd_fold *fold,
                           const Vd__Contingency *contingency);

#endif
