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
  X(REACH_SET, "reach-set", "reachability changed", "聯絡狀態變更", "联络状态变更")                          \
  X(ZONE_COUNTED, "zone-counted", "counted", "已計數", "已计数")                                             \
  X(ZONE_SET, "zone-set", "zone changed", "區域狀態變更", "区域状态变更")                                    \
  X(CROWDED, "crowded", "crowded", "擁擠", "拥挤")                                                           \
  X(EASED, "eased", "crowded no longer", "已疏散", "已疏散")                                                 \
  X(TASK_OPENED, "task-opened", "task opened", "任務已建立", "任务已建立")                                   \
  X(TASK_PASSED_ON, "task-passed-on", "task passed on", "任務已轉交", "任务已转交")                          \
  X(TASK_DONE, "task-done", "task done", "任務已完成", "任务已完成")                                         \
  X(TASK_CANCELLED, "task-cancelled", "task cancelled", "任務已取消", "任务已取消")                          \
  X(LEVEL_REPORTED, "level-reported", "level reported", "已報存量", "已报存量")                              \
  X(SERVED, "served", "served", "已取用", "已取用")                                                          \
  X(BATCH_PLANNED, "batch-planned", "batch planned", "批次已排定", "批次已排定")                             \
  X(BATCH_HELD, "batch-held", "batch held back", "批次暫緩", "批次暂缓")                                     \
  X(BATCH_SERVED, "batch-served", "batch served", "批次已供應", "批次已供应")                                \
  X(BATCH_CANCELLED, "batch-cancelled", "batch cancelled", "批次已取消", "批次已取消")                       \
  X(SAMPLED, "sampled", "food sample kept", "已留樣", "已留样")                                              \
  X(DISPOSED, "disposed", "sample disposed of", "留樣已處置", "留样已处置")                                  \
  X(TEMPERATURE_LOGGED, "temperature-logged", "temperature logged", "溫度已記錄", "温度已记录")              \
  X(DEVICE_OK, "device-ok", "device well", "設備正常", "设备正常")                                           \
  X(DEVICE_SUSPECT, "device-suspect", "device suspect", "設備預警", "设备预警")                              \
  X(DEVICE_FAULT, "device-fault", "device faulty", "設備故障", "设备故障")                                   \
  X(DEVICE_RECOVERED, "device-recovered", "device recovered", "設備恢復", "设备恢复")                        \
  X(DEVICE_MAINTENANCE, "device-maintenance", "device in maintenance", "設備維護中", "设备维护中")           \
  X(READINGS_KEPT, "readings-kept", "readings kept", "讀數已存", "读数已存")                                 \
  X(SESSION_STARTED, "session-started", "session started", "議程開始", "议程开始")                           \
  X(SESSION_ENDED, "session-ended", "session ended", "議程結束", "议程结束")                                 \
  X(SESSION_SHIFTED, "session-shifted", "session moved", "議程改期", "议程改期")                             \
  X(SESSION_CANCELLED, "session-cancelled", "session cancelled", "議程取消", "议程取消")                     \
  X(SESSION_UNDONE, "session-undone", "session act undone", "議程操作已撤銷", "议程操作已撤销")              \
  X(SESSIONS_IMPORTED, "sessions-imported", "agenda imported", "議程已匯入", "议程已导入")                   \
  X(OVERRUN, "overrun", "session overruns", "議程超時", "议程超时")                                          \
  X(NOTICE_OPENED, "notice-opened", "attendee notice drafted", "通知草稿", "通知草稿")                       \
  X(NOTICE_WAITING, "notice-waiting", "attendee notice waits for approval", "通知待批准", "通知待批准")      \
  X(NOTICE_APPROVED, "notice-approved", "attendee notice approved", "通知已批准", "通知已批准")              \
  X(NOTICE_SENT, "notice-sent", "attendee notice sent", "通知已發出", "通知已发出")                          \
  X(NOTICE_DROPPED, "notice-dropped", "attendee notice dropped", "通知已作廢", "通知已作废")                 \
  X(LANES_COUNTED, "lanes-counted", "check-in counted", "簽到已計數", "签到已计数")                          \
  X(LANE_SET, "lane-set", "lane changed", "通道狀態變更", "通道状态变更")                                    \
  X(SUGGESTED, "suggested", "suggestion made", "已提建議", "已提建议")                                       \
  X(SUGGESTION_TAKEN, "suggestion-taken", "suggestion taken", "建議已採納", "建议已采纳")                    \
  X(SUGGESTION_MEASURED, "suggestion-measured", "effect measured", "效果已衡量", "效果已衡量")               \
  X(SUGGESTION_PASSED, "suggestion-passed", "suggestion not taken", "建議未採納", "建议未采纳")              \
  X(DRILL_STARTED, "drill-started", "drill started", "演練開始", "演练开始")                                 \
  X(DRILL_ENDED, "drill-ended", "drill over", "演練結束", "演练结束")                                        \
  X(RESOURCE_USED, "resource-used", "resource taken", "資源已取用", "资源已取用")                            \
  X(RESOURCE_RETURNED, "resource-returned", "resource returned", "資源已歸還", "资源已归还")                 \
  X(CONTINGENCY_PROPOSED, "contingency-proposed", "contingency proposed", "預案待啟動", "预案待启动")         \
  X(CONTINGENCY_WITHDRAWN, "contingency-withdrawn", "proposal withdrawn", "預案提議已撤回", "预案提议已撤回") \
  X(CONTINGENCY_DECLINED, "contingency-declined", "contingency not activated", "預案未啟動", "预案未启动")   \
  X(CONTINGENCY_ACTIVATED, "contingency-activated", "contingency activated", "預案已啟動", "预案已启动")     \
  X(CONTINGENCY_ABORTED, "contingency-aborted", "contingency aborted", "預案已中止", "预案已中止")           \
  X(CONTINGENCY_UNDONE, "contingency-undone", "contingency act undone", "預案操作已撤銷", "预案操作已撤销")   \
  X(COUNTS_KEPT, "counts-kept", "automatic and manual acts counted", "人工與自動次數已存",                   \
    "人工与自动次数已存")

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
