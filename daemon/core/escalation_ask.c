// Calls about what is no incident. The rules are told in escalation.h.
#include "daemon/core/escalation.h"

void vd_escalation_ask(struct vd_act *act, const char *subject, const char *zone, const char *post,
                       Vd__AlertWhy why)
{
  (void)act;
  (void)subject;
  (void)zone;
  (void)post;
  (void)why;
}

void vd_escalation_ask_crew(struct vd_act *act, const char *subject, const Vd__Crew *crew, Vd__AlertWhy why)
{
  (void)act;
  (void)subject;
  (void)crew;
  (void)why;
}

void vd_escalation_settle(struct vd_act *act, const char *subject)
{
  (void)act;
  (void)subject;
}
