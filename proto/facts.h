// The stable words of Fact.what: the vocabulary of the history. Core writes them, clients say them.
#ifndef VD_PROTO_FACTS_H
#define VD_PROTO_FACTS_H

#include "proto/entity.pb-c.h"

// X(symbol, stable name, English, Traditional Chinese, Simplified Chinese)
#define VD_FACTS(X)                                                                                          \
  X(PLAN_APPLIED, "plan-applied", "plan applied", "方案已套用", "方案已应用")                                \
  X(PRINCIPAL_SET, "principal-set", "access changed", "存取權已變更", "访问权已变更")                        \
  X(REPORTED, "reported", "reported", "已上報", "已上报")                                                    \
  X(AMENDED, "amended", "amended", "已補充", "已补充")                                                       \
  X(RESPONDED, "responded", "taken up", "已響應", "已响应")                                                  \
  X(DECIDED, "decided", "decided", "已定案", "已定案")                                                       \
  X(DEFAULT_APPROVED, "default-approved", "default decision approved", "已批准預設定案", "已批准默认定案")   \
  X(LANDED, "landed", "landed", "已落地", "已落地")                                                          \
  X(CLOSED, "closed", "closed", "已結案", "已结案")                                                          \
  X(CANCELLED, "cancelled", "cancelled", "已取消", "已取消")                                                 \
  X(REOPENED, "reopened", "reopened", "已重開", "已重开")                                                    \
  X(UNDONE, "undone", "undone", "已撤銷", "已撤销")                                                          \
  X(MERGED, "merged", "merged as a duplicate", "已合併", "已合并")                                           \
  X(NOTED, "noted", "note added", "已加備註", "已加备注")                                                    \
  X(LOGGED, "logged", "entered in the duty log", "已記入值班日誌", "已记入值班日志")                         \
  X(HEARD, "heard", "heard", "已收到", "已收到")                                                             \
  X(WARNED, "warned", "about to be late", "即將逾時", "即将超时")                                            \
  X(BREACHED, "breached", "late", "已逾時", "已超时")                                                        \
  X(CLIMBED, "climbed", "escalated", "已升級", "已升级")                                                     \
  X(CALLED_AGAIN, "called-again", "called again", "再次呼叫", "再次呼叫")                                    \
  X(DECISION_CALLED, "decision-called", "default decision called for", "請批准預設定案", "请批准默认定案")   \
  X(OFFERED, "offered", "offered", "已派單", "已派单")                                                       \
  X(ASSIGNED, "assigned", "assigned", "已指派", "已指派")                                                    \
  X(ACCEPTED, "accepted", "accepted", "已接單", "已接单")                                                    \
  X(DECLINED, "declined", "declined", "已婉拒", "已婉拒")                                                    \
  X(OFFER_EXPIRED, "offer-expired", "offer unanswered", "派單未回應", "派单未回应")                          \
  X(HANDED_OVER, "handover-offered", "handover offered", "交接待接受", "交接待接受")                         \
  X(SHIFT_STARTED, "shift-started", "on duty", "上崗", "上岗")                                               \
  X(SHIFT_ENDED, "shift-ended", "off duty", "離崗", "离岗")                                                  \
  X(DUTY_SET, "duty-set", "duty changed", "在崗狀態變更", "在岗状态变更")                                    \
  X(PLACED, "placed", "is at", "位於", "位于")                                                               \
  X(REACH_SET, "reach-set", "reachability changed", "聯絡狀態變更", "联络状态变更")

enum vd_fact {
  VD_FACT_NONE = 0,
#define VD_FACT_ENUM(symbol, name, en, hant, hans) VD_FACT_##symbol,
  VD_FACTS(VD_FACT_ENUM)
#undef VD_FACT_ENUM
      VD_FACT_COUNT
};

// The stable name; "" for VD_FACT_NONE. Static storage.
const char *vd_fact_name(enum vd_fact fact);
// The words for people of a stable name; the name itself where this build does not know it. Static storage or
// `name`.
const char *vd_fact_words(const char *name, Vd__Language language);

#endif
