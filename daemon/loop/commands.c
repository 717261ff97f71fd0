// Commands: who speaks, whether it was done before, and the venue's answer.
#include <string.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"
#include "proto/check.h"
#include "proto/details.h"

static const Vd__Principal *local_admin(void)
{
  static Vd__Principal principal;
  if (principal.base.descriptor == NULL) {
    vd__principal__init(&principal);
    principal.id = (char *)"local-admin";
    principal.role = VD__ROLE__ROLE_ADMIN;
  }
  return &principal;
}

const Vd__Principal *vd_daemon_principal(const struct vd_daemon *d, const char *id)
{
  if (strcmp(id, local_admin()->id) == 0)
    return local_admin();
  const Vd__Principal *principal =
      (const Vd__Principal *)vd_fold_find(vd_venue_fold(d->venue), VD__KIND__KIND_PRINCIPAL, id);
  return principal != NULL && !principal->revoked ? principal : NULL;
}

enum vd_err vd_daemon_command_self(struct vd_daemon *d, Vd__Command *command, struct vd_refusal *refusal)
{
  static Vd__Principal self;
  vd__principal__init(&self);
  self.id = (char *)"venued";
  self.role = VD__ROLE__ROLE_ADMIN;
  Vd__Reply reply = VD__REPLY__INIT;
  enum vd_err err = vd_venue_execute(d->venue, &self, "", command, VD__LANGUAGE__LANGUAGE_EN, d->now_ms,
                                     vd_daemon_take_change, d, &reply);
  if (err != VD_OK)
    vd_refuse(refusal, err, reply.field, "%s", reply.sentence);
  vd_reply_clear(&reply);
  return err;
}

static bool repeat_answer(struct vd_daemon *d, const Vd__Principal *who, const Vd__Command *command,
                          Vd__Language language, Vd__Reply *reply)
{
  struct vd_answer answer;
  if (!vd_answered_find(d->answered, who->id, command->id, &answer))
    return false;
  vd_string_set(&reply->id, command->id);
  vd_string_set(&reply->code, vd_err_name(VD_OK));
  vd_string_set(&reply->sentence, vd_err_sentence(VD_OK, language));
  reply->number = answer.number;
  reply->looks_like = answer.looks_like;
  reply->sequence = answer.sequence;
  reply->repeated = true;
  return true;
}

static void refuse_command(struct vd_daemon *d, const Vd__Principal *who, const Vd__Command *command,
                           Vd__Reply *reply)
{
  d->refusals++;
  const ProtobufCFieldDescriptor *act =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)command->act_case);
  vd_log_limited(VD_LOG_INFO, "refused", "code", reply->code, "principal", who->id, "command",
                 act != NULL ? act->name : "none", "field", reply->field, NULL);
}

static Vd__Reply *refuse(struct vd_daemon *d, const Vd__Principal *who, const Vd__Command *command,
                         Vd__Language language, const struct vd_refusal *refusal)
{
  Vd__Reply *reply = vd_reply_new(command->id, language, refusal->err, refusal);
  struct vd_buffer sentence = {0};
  vd_refusal_sentence(&sentence, refusal->err, refusal->detail, language);
  vd_buffer_append(&sentence, "", 1);
  vd_string_set(&reply->sentence, (char *)sentence.data);
  vd_buffer_finish(&sentence);
  refuse_command(d, who, command, reply);
  return reply;
}

// A part of a plan, and more are to come.
static Vd__Reply *await_parts(const Vd__Command *command, Vd__Language language)
{
  Vd__Reply *reply = vd_reply_new(command->id, language, VD_OK, NULL);
  reply->number = command->plan_apply->part;
  return reply;
}

static Vd__Reply *execute(struct vd_daemon *d, const Vd__Principal *who, const struct vd_call *call,
                          Vd__Command *command)
{
  const Vd__Request *request = call->request;
  struct vd_refusal refusal = {.err = VD_OK};
  if (!vd_request_id_is_valid(command->id)) {
    vd_refuse(&refusal, VD_ERR_MISSING, "commands.id", NULL);
    return refuse(d, who, command, request->language, &refusal);
  }
  Vd__Reply *reply = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
  if (repeat_answer(d, who, command, request->language, reply))
    return reply;
  Vd__Command received = *command;
  Vd__PlanApply *plan = NULL;
  if (command->act_case == VD__COMMAND__ACT_PLAN_APPLY) {
    enum vd_err err = vd_daemon_receive_plan(d, who, command, &plan, &refusal);
    received.plan_apply = plan;
    if (plan == NULL) {
      vd__reply__free_unpacked(reply, NULL);
      return err == VD_OK ? await_parts(command, request->language)
                          : refuse(d, who, command, request->language, &refusal);
    }
  }
  enum vd_err err = vd_venue_execute(d->venue, who, request->id, &received, request->language, d->now_ms,
                                     vd_daemon_take_change, d, reply);
  vd__plan_apply__free_unpacked(plan, NULL);
  if (err != VD_OK) {
    refuse_command(d, who, command, reply);
    return reply;
  }
  d->commands++;
  if (reply->sequence != 0)
    vd_answered_put(d->answered, who->id, command->id,
                    &(struct vd_answer){reply->number, reply->looks_like, reply->sequence});
  return reply;
}

void vd_daemon_execute(struct vd_daemon *d, struct vd_call *call, const Vd__Principal *who,
                       Vd__Response *response)
{
  const Vd__Commands *commands = call->request->commands;
  response->body_case = VD__RESPONSE__BODY_REPLIES;
  response->replies = (Vd__Replies *)vd_message_new(&vd__replies__descriptor);
  for (size_t i = 0; i < commands->n_commands; i++)
    VD_REPEATED_ADD(response->replies->replies, response->replies->n_replies,
                    execute(d, who, call, commands->commands[i]));
}
