// The verbs that do something: each fills one command.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

// The act's field lies where every act's field lies.
Vd__Command *ctl_command_new(Vd__Command__ActCase act)
{
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)act);
  command->act_case = act;
  command->report = (Vd__Report *)vd_message_new(field->descriptor);
  return command;
}

int ctl_send(struct ctl *ctl, Vd__Command *command, bool prints_number)
{
  int status = ctl_command(ctl, command, prints_number);
  vd__command__free_unpacked(command, NULL);
  return status;
}

static int give_up(Vd__Command *command, int status)
{
  vd__command__free_unpacked(command, NULL);
  return status;
}

// Option or argument, whichever is given.
const char *ctl_said(const struct ctl *ctl, const char *option, int argument)
{
  return option != NULL ? option : ctl->count > argument ? ctl->arguments[argument] : "";
}

bool ctl_instant(struct ctl *ctl, const char *text, int64_t *at_ms, int *status)
{
  *status = ctl_look(ctl);
  if (*status == CTL_DONE && !vd_instant_parse(text, ctl->now_ms, ctl->utc_offset_ms, at_ms))
    *status = ctl_usage(ctl,
                        ctl_pick(ctl, "a time like 09:41 or RFC 3339 is needed; not",
                                 "需要時刻，例如 09:41 或 RFC 3339；而非",
                                 "需要时刻，例如 09:41 或 RFC 3339；而非"),
                        text);
  return *status == CTL_DONE;
}

bool ctl_thousandths_parse(const char *text, int64_t *value)
{
  enum { DIGITS_MAX = 15, DECIMALS = 3 };
  const char *at = text + (*text == '-');
  int64_t size = 0;
  int digits = 0, decimals = -1;
  for (; *at; at++) {
    if (*at == '.' && decimals < 0 && digits > 0) {
      decimals = 0;
      continue;
    }
    if (*at < '0' || *at > '9' || ++digits > DIGITS_MAX || decimals == DECIMALS)
      return false;
    size = size * 10 + (*at - '0');
    decimals += decimals >= 0;
  }
  for (int i = decimals < 0 ? 0 : decimals; i < DECIMALS; i++)
    size *= 10;
  *value = *text == '-' ? -size : size;
  return digits > 0 && decimals != 0;
}

void ctl_thousandths_format(int64_t value, char out[32])
{
  uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
  int length =
      snprintf(out, 32, "%s%" PRIu64 ".%03u", value < 0 ? "-" : "", size / 1000, (unsigned)(size % 1000));
  while (out[length - 1] == '0')
    out[--length] = '\0';
  if (out[length - 1] == '.')
    out[length - 1] = '\0';
}

// "reach takes ok, radio-dead (in the user's words); not: …"
int ctl_usage_enum(const struct ctl *ctl, const char *what, const ProtobufCEnumDescriptor *type,
                   const char *value)
{
  struct vd_buffer said = {0};
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX, count = 0;
  vd_buffer_printf(&said, "%s%s", what, ctl_pick(ctl, " takes ", " 可為 ", " 可为 "));
  for (unsigned i = 0; i < type->n_values; i++) {
    const char *name = vd_enum_name(type, type->values[i].value);
    if (type->values[i].value == 0)
      continue;
    vd_buffer_printf(&said, "%s%s", count++ > 0 ? ctl_pick(ctl, ", ", "、", "、") : "", name);
    const char *words = ctl_words(ctl, type, type->values[i].value);
    if (ctl->language > VD__LANGUAGE__LANGUAGE_EN)
      vd_buffer_printf(&said, "（%s）", words);
    vd_nearest_consider(value, name, &nearest, &distance);
  }
  vd_buffer_printf(&said, "%s", ctl_pick(ctl, "; not", "；而非", "；而非"));
  vd_buffer_append(&said, "", 1);
  int status = ctl_usage_near(ctl, (char *)said.data, value, nearest);
  vd_buffer_finish(&said);
  return status;
}

static bool severity_of(const struct ctl *ctl, uint32_t *severity)
{
  const char *text = ctl->options.severity;
  if (text == NULL)
    return true;
  if (text[0] < '1' || text[0] > '4' || text[1] != '\0') {
    ctl_usage(ctl,
              ctl_pick(ctl, "--severity takes 1 to 4; not", "--severity 為 1 至 4；而非",
                       "--severity 为 1 至 4；而非"),
              text);
    return false;
  }
  *severity = (uint32_t)(text[0] - '0');
  return true;
}

// "report lobby": the words were forgotten, and the zone became them. It was taken all the same.
static void hint_zone(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_ZONE};
  const char *word = ctl->arguments[0];
  struct vd_fold *fold = NULL;
  if (ctl->options.is_json || ctl_fetch(ctl, kinds, 1, word, &fold) != CTL_DONE)
    return;
  if (vd_fold_find(fold, VD__KIND__KIND_ZONE, word) != NULL)
    fprintf(stderr,
            CTL_FORMAT(ctl, "%s was taken as the text, of no zone; amend N --zone %s --text TEXT\n",
                       "%s 已作為內容，未指明區域；可用 amend N --zone %s --text TEXT\n",
                       "%s 已作为内容，未指明区域；可用 amend N --zone %s --text TEXT\n"),
            word, word);
  vd_fold_destroy(fold);
}

int ctl_report(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_REPORT);
  Vd__Report *report = command->report;
  // A report is never refused for being incomplete: one argument is the text, two are zone and text.
  const char *zone = ctl->count >= 2 ? ctl->arguments[0] : "";
  const char *category = ctl->count == 3 ? ctl->arguments[1] : "";
  vd_string_set(&report->zone, zone);
  vd_string_set(&report->category, category);
  vd_string_set(&report->text, ctl->count > 0 ? ctl->arguments[ctl->count - 1] : "");
  vd_string_set(&report->reporter, ctl->options.reporter);
  report->drill = ctl->options.is_drill;
  int source = VD__SOURCE__SOURCE_STAFF;
  if (ctl->options.source != NULL &&
      (!vd_enum_parse(&vd__source__descriptor, ctl->options.source, &source) || source == 0))
    return give_up(command, ctl_usage_enum(ctl, "--source", &vd__source__descriptor, ctl->options.source));
  report->source = (Vd__Source)source;
  if (!severity_of(ctl, &report->severity))
    return give_up(command, CTL_USAGE);
  int status = ctl_send(ctl, command, true);
  if (status == CTL_DONE && ctl->count == 1)
    hint_zone(ctl);
  return status;
}

// Acts whose first field is the incident's number.
static Vd__Command *about_incident(const struct ctl *ctl, Vd__Command__ActCase act)
{
  uint64_t number;
  if (!ctl_number(ctl, ctl->arguments[0], &number))
    return NULL;
  Vd__Command *command = ctl_command_new(act);
  command->respond->incident = number;
  return command;
}

static int plain(struct ctl *ctl, Vd__Command__ActCase act)
{
  Vd__Command *command = about_incident(ctl, act);
  return command != NULL ? ctl_send(ctl, command, false) : CTL_USAGE;
}

int ctl_heard(struct ctl *ctl)
{
  if (ctl->options.is_digest) {
    Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_HEARD);
    command->heard->digest = true;
    return ctl_send(ctl, command, false);
  }
  if (ctl->count == 0)
    return ctl_usage(ctl,
                     ctl_pick(ctl, "heard takes an incident's number, a subject like t7, or --digest",
                              "heard 需要事件編號、主題（如 t7）或 --digest",
                              "heard 需要事件编号、主题（如 t7）或 --digest"),
                     "");
  const char *of = ctl->arguments[0];
  if (*of == '#' || (*of >= '0' && *of <= '9'))
    return plain(ctl, VD__COMMAND__ACT_HEARD);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_HEARD);
  vd_string_set(&command->heard->subject, of);
  return ctl_send(ctl, command, false);
}

int ctl_respond(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_RESPOND);
}

int ctl_arrive(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_ARRIVE);
}

int ctl_approve(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_APPROVE);
}

int ctl_close(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_CLOSE);
}

int ctl_undo(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_UNDO);
}

int ctl_accept(struct ctl *ctl)
{
  return plain(ctl, VD__COMMAND__ACT_ACCEPT);
}

int ctl_decide(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_DECIDE);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->decide->decision, ctl_said(ctl, ctl->options.text, 1));
  return ctl_send(ctl, command, false);
}

int ctl_land(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_LAND);
  if (command == NULL)
    return CTL_USAGE;
  command->land->landing =
      ctl->options.is_workaround ? VD__LANDING__LANDING_WORKAROUND : VD__LANDING__LANDING_FIXED;
  return ctl_send(ctl, command, false);
}

int ctl_reopen(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_REOPEN);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->reopen->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_cancel(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_CANCEL);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->cancel->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_decline(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_DECLINE);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->decline->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_note(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_NOTE);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->note->text, ctl_said(ctl, ctl->options.text, 1));
  return ctl_send(ctl, command, false);
}

int ctl_duplicate(struct ctl *ctl)
{
  uint64_t of;
  if (!ctl_number(ctl, ctl->arguments[1], &of))
    return CTL_USAGE;
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_DUPLICATE);
  if (command == NULL)
    return CTL_USAGE;
  command->duplicate->of = of;
  return ctl_send(ctl, command, false);
}

int ctl_amend(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_AMEND);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->amend->zone, ctl->options.zone);
  vd_string_set(&command->amend->category, ctl->options.category);
  vd_string_set(&command->amend->text, ctl->options.text);
  if (!severity_of(ctl, &command->amend->severity))
    return give_up(command, CTL_USAGE);
  return ctl_send(ctl, command, false);
}

int ctl_assign(struct ctl *ctl)
{
  Vd__Command *command = about_incident(ctl, VD__COMMAND__ACT_ASSIGN);
  if (command == NULL)
    return CTL_USAGE;
  vd_string_set(&command->assign->crew, ctl->arguments[1]);
  return ctl_send(ctl, command, false);
}

int ctl_handover(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_HANDOVER);
  vd_string_set(&command->handover->from, ctl->arguments[0]);
  vd_string_set(&command->handover->to, ctl->arguments[1]);
  return ctl_send(ctl, command, false);
}

int ctl_log(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_LOG);
  vd_string_set(&command->log->text, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_crew_duty(struct ctl *ctl)
{
  int duty;
  if (!vd_enum_parse(&vd__duty__descriptor, ctl->arguments[1], &duty) || duty == 0)
    return ctl_usage_enum(ctl, "crew duty", &vd__duty__descriptor, ctl->arguments[1]);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_DUTY);
  vd_string_set(&command->duty->crew, ctl->arguments[0]);
  command->duty->duty = (Vd__Duty)duty;
  return ctl_send(ctl, command, false);
}

int ctl_crew_at(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_PLACE);
  vd_string_set(&command->place->crew, ctl->arguments[0]);
  vd_string_set(&command->place->zone, ctl->arguments[1]);
  return ctl_send(ctl, command, false);
}

int ctl_crew_reach(struct ctl *ctl)
{
  int reach;
  if (!vd_enum_parse(&vd__reach__descriptor, ctl->arguments[1], &reach) || reach == 0)
    return ctl_usage_enum(ctl, "crew reach", &vd__reach__descriptor, ctl->arguments[1]);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_REACH);
  vd_string_set(&command->reach->crew, ctl->arguments[0]);
  command->reach->reach = (Vd__Reach)reach;
  return ctl_send(ctl, command, false);
}
