// venuectl's exit status for every way in which venued says no: decided one by one, so that scripts can rely
// on it. A new code has none until somebody decides.
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "clients/ctl/ctl.h"

static const enum vd_err unknown_outcome[] = {VD_ERR_UNREACHABLE, VD_ERR_TIMED_OUT, VD_ERR_OUTCOME_UNKNOWN};
static const enum vd_err kept_out[] = {VD_ERR_UNAUTHENTICATED, VD_ERR_NOT_PERMITTED, VD_ERR_FOREIGN_ORIGIN};
static const enum vd_err refused[] = {
    VD_ERR_BAD_REQUEST,
    VD_ERR_UNKNOWN_VERSION,
    VD_ERR_TOO_LARGE,
    VD_ERR_UNKNOWN_FIELD,
    VD_ERR_BAD_TEXT,
    VD_ERR_TEXT_TOO_LONG,
    VD_ERR_BAD_VALUE,
    VD_ERR_MISSING,
    VD_ERR_TOO_MANY,
    VD_ERR_BUSY,
    VD_ERR_UNKNOWN_PAGE,
    VD_ERR_WRONG_METHOD,
    VD_ERR_WRONG_TYPE,
    VD_ERR_LENGTH_REQUIRED,
    VD_ERR_UNKNOWN_ZONE,
    VD_ERR_UNKNOWN_CATEGORY,
    VD_ERR_UNKNOWN_INCIDENT,
    VD_ERR_UNKNOWN_CREW,
    VD_ERR_NO_OFFER,
    VD_ERR_NO_ALERT,
    VD_ERR_NO_ACTOR,
    VD_ERR_INCIDENT_ENDED,
    VD_ERR_INCIDENT_NOT_ENDED,
    VD_ERR_NOT_LANDED,
    VD_ERR_OWN_WORK,
    VD_ERR_NOTHING_TO_UNDO,
    VD_ERR_CHANGED_SINCE,
    VD_ERR_NO_DEFAULT,
    VD_ERR_SAME_INCIDENT,
    VD_ERR_OFF_DUTY,
    VD_ERR_NOTHING_HELD,
    VD_ERR_UNKNOWN_TASK,
    VD_ERR_UNKNOWN_SUPPLY,
    VD_ERR_UNKNOWN_BATCH,
    VD_ERR_UNKNOWN_DEVICE,
    VD_ERR_UNKNOWN_SESSION,
    VD_ERR_UNKNOWN_NOTICE,
    VD_ERR_UNKNOWN_LANE,
    VD_ERR_UNKNOWN_SUGGESTION,
    VD_ERR_WRONG_STATE,
    VD_ERR_OUT_OF_ORDER,
    VD_ERR_OVERLAP,
    VD_ERR_ACTED_TOO_EARLY,
    VD_ERR_ACTED_IN_FUTURE,
    VD_ERR_BAD_PLAN,
    VD_ERR_DUPLICATE_ID,
    VD_ERR_DANGLING_REFERENCE,
    VD_ERR_PLAN_DIFFERS,
    VD_ERR_PART_MISSING,
    VD_ERR_NO_PLAN,
    VD_ERR_UNKNOWN_CONTINGENCY,
    VD_ERR_UNKNOWN_RESOURCE,
    VD_ERR_NONE_LEFT,
    VD_ERR_DRILL_RUNS,
    VD_ERR_NO_DRILL,
    VD_ERR_REAL_INCIDENT,
    VD_ERR_OUTSIDE_DRILL,
    VD_ERR_NO_TRIGGER,
    VD_ERR_ALERT_EXPIRED,
    VD_ERR_READ_ONLY,
    VD_ERR_NOT_READY,
    VD_ERR_NOT_REHEARSAL,
    VD_ERR_CLOCK_CERTAIN,
    VD_ERR_GONE,
    VD_ERR_IN_USE,
    VD_ERR_NEWER_SCHEMA,
    VD_ERR_OTHER_SCALE,
    VD_ERR_NOT_EMPTY,
    VD_ERR_DISK_FULL,
    VD_ERR_ADDRESS_IN_USE,
    VD_ERR_INSECURE,
    VD_ERR_DAMAGED,
    VD_ERR_IO,
    VD_ERR_INTERNAL,
    VD_ERR_FOLDER_NOT_EMPTY,
    VD_ERR_NOT_A_FOLDER,
};

static void decide(int *statuses, const enum vd_err *errs, size_t count, int status)
{
  for (size_t i = 0; i < count; i++) {
    cr_assert_eq(statuses[errs[i]], -1, "%s stands twice", vd_err_name(errs[i]));
    statuses[errs[i]] = status;
  }
}

#define DECIDE(statuses, errs, status) decide(statuses, errs, sizeof(errs) / sizeof *(errs), status)

Test(exit, every_code_has_a_status_of_its_own_choosing)
{
  int statuses[VD_ERR_COUNT];
  for (int err = 0; err < VD_ERR_COUNT; err++)
    statuses[err] = -1;
  statuses[VD_OK] = 0;
  DECIDE(statuses, refused, 1);
  DECIDE(statuses, unknown_outcome, 3);
  DECIDE(statuses, kept_out, 4);
  struct ctl ctl = {.language = VD__LANGUAGE__LANGUAGE_EN};
  cr_redirect_stderr();
  for (int err = 0; err < VD_ERR_COUNT; err++) {
    cr_expect_neq(statuses[err], -1, "nobody has decided on %s", vd_err_name((enum vd_err)err));
    int status = ctl_complain(&ctl, (enum vd_err)err, NULL);
    cr_expect_eq(status, statuses[err], "%s ends with %d", vd_err_name((enum vd_err)err), status);
  }
}
