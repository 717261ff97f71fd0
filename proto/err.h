// Every way in which venued says no: a number inside the process, a stable name on the wire, a sentence
// for people in three languages. Used by every room; any thread.
//
// Names never change meaning once released; new ones are added at the end of their group.
#ifndef VD_PROTO_ERR_H
#define VD_PROTO_ERR_H

#include "proto/entity.pb-c.h"

// X(symbol, stable name, English, Traditional Chinese, Simplified Chinese)
#define VD_ERRORS(X)                                                                                         \
  /* the request as such */                                                                                  \
  X(BAD_REQUEST, "bad-request", "The request cannot be read.", "無法讀取此請求。", "无法读取此请求。")       \
  X(UNKNOWN_VERSION, "unknown-version", "This protocol version is not spoken here.", "不支援此協定版本。",   \
    "不支持此协议版本。")                                                                                    \
  X(TOO_LARGE, "too-large", "The request is too large.", "請求過大。", "请求过大。")                         \
  X(UNKNOWN_FIELD, "unknown-field", "There is a field that is not known here.", "含有未知欄位。",            \
    "含有未知字段。")                                                                                        \
  X(BAD_TEXT, "bad-text", "The text is not valid UTF-8 or holds control characters.",                        \
    "文字不是有效的 UTF-8，或含有控制字元。", "文字不是有效的 UTF-8，或含有控制字符。")                      \
  X(TEXT_TOO_LONG, "text-too-long", "The text is too long.", "文字過長。", "文字过长。")                     \
  X(BAD_VALUE, "bad-value", "The value is not possible here.", "此處不接受這個值。", "此处不接受这个值。")   \
  X(MISSING, "missing", "A required field is missing.", "缺少必填欄位。", "缺少必填字段。")                  \
  X(TOO_MANY, "too-many", "There are too many of these.", "數量過多。", "数量过多。")                        \
  X(UNAUTHENTICATED, "unauthenticated", "No valid identity came with the request.", "未附有效身分。",        \
    "未附有效身份。")                                                                                        \
  X(NOT_PERMITTED, "not-permitted", "This role may not do that here.", "此角色無權在此執行。",               \
    "此角色无权在此执行。")                                                                                  \
  X(FOREIGN_ORIGIN, "foreign-origin", "The request comes from a page that does not belong here.",            \
    "請求來自外部頁面。", "请求来自外部页面。")                                                              \
  X(BUSY, "busy", "Too much is waiting; try again shortly.", "系統繁忙，請稍後再試。",                       \
    "系统繁忙，请稍后再试。")                                                                                \
  X(UNKNOWN_PAGE, "unknown-page", "There is no such page.", "沒有此頁面。", "没有此页面。")                  \
  X(WRONG_METHOD, "wrong-method", "This page does not take that method.", "此頁面不支援該方法。",            \
    "此页面不支持该方法。")                                                                                  \
  X(WRONG_TYPE, "wrong-type", "The content must be application/json.", "內容須為 application/json。",        \
    "内容须为 application/json。")                                                                           \
  X(LENGTH_REQUIRED, "length-required",                                                                      \
    "The request must give its Content-Length and no Transfer-Encoding.",                                    \
    "請求須附 Content-Length，且不得使用 Transfer-Encoding。",                                               \
    "请求须附 Content-Length，且不得使用 Transfer-Encoding。")                                               \
  /* what it names */                                                                                        \
  X(UNKNOWN_ZONE, "unknown-zone", "There is no such zone.", "沒有此區域。", "没有此区域。")                  \
  X(UNKNOWN_CATEGORY, "unknown-category", "There is no such category.", "沒有此類別。", "没有此类别。")      \
  X(UNKNOWN_INCIDENT, "unknown-incident", "There is no such incident.", "沒有此事件。", "没有此事件。")      \
  X(UNKNOWN_CREW, "unknown-crew", "There is no such crew.", "沒有此人員。", "没有此人员。")                  \
  X(UNKNOWN_TASK, "unknown-task", "There is no such task.", "沒有此任務。", "没有此任务。")                  \
  X(UNKNOWN_SUPPLY, "unknown-supply", "There is no such supply.", "沒有此補給品。", "没有此补给品。")        \
  X(UNKNOWN_BATCH, "unknown-batch", "There is no such batch.", "沒有此批次。", "没有此批次。")               \
  X(UNKNOWN_DEVICE, "unknown-device", "There is no such device.", "沒有此設備。", "没有此设备。")            \
  X(UNKNOWN_SESSION, "unknown-session", "There is no such session.", "沒有此議程。", "没有此议程。")         \
  X(UNKNOWN_NOTICE, "unknown-notice", "There is no such notice.", "沒有此通知。", "没有此通知。")            \
  X(UNKNOWN_LANE, "unknown-lane", "There is no such lane.", "沒有此通道。", "没有此通道。")                  \
  X(UNKNOWN_SUGGESTION, "unknown-suggestion", "There is no such suggestion.", "沒有此建議。",                \
    "没有此建议。")                                                                                          \
  X(UNKNOWN_CONTINGENCY, "unknown-contingency", "There is no such contingency.", "沒有此預案。",              \
    "没有此预案。")                                                                                          \
  X(UNKNOWN_RESOURCE, "unknown-resource", "There is no such resource.", "沒有此資源。", "没有此资源。")      \
  X(NO_OFFER, "no-offer", "There is no open offer of this incident to this crew.",                           \
    "此事件沒有派給該人員的待回應任務。", "此事件没有派给该人员的待回应任务。")                              \
  X(NO_ALERT, "no-alert", "This person is not called about that.", "該人員沒有此項提醒。",                   \
    "该人员没有此项提醒。")                                                                                  \
  X(NO_ACTOR, "no-actor", "The command must say who acted.", "指令必須註明執行人。", "指令必须注明执行人。") \
  /* what does not fit the state */                                                                          \
  X(INCIDENT_ENDED, "incident-ended", "The incident is closed; reopen it first.", "事件已結束，請先重開。",  \
    "事件已结束，请先重开。")                                                                                \
  X(INCIDENT_NOT_ENDED, "incident-not-ended", "The incident is still open.", "事件尚未結束。",               \
    "事件尚未结束。")                                                                                        \
  X(NOT_LANDED, "not-landed", "The incident is not in effect yet: land it first.", "事件尚未落地。",         \
    "事件尚未落地。")                                                                                        \
  X(OWN_WORK, "own-work", "Who landed it may not close it; control or the zone's owner verifies.",           \
    "落地者不得自行結案，須由總控或區域負責人核實。", "落地者不得自行结案，须由总控或区域负责人核实。")      \
  X(NOTHING_TO_UNDO, "nothing-to-undo", "There is nothing left to undo within the window.",                  \
    "時限內沒有可撤銷的操作。", "时限内没有可撤销的操作。")                                                  \
  X(NO_DEFAULT, "no-default", "This category has no default decision.", "此類別沒有預設定案。",              \
    "此类别没有默认定案。")                                                                                  \
  X(SAME_INCIDENT, "same-incident", "An incident cannot be a duplicate of itself.", "事件不能與自身合併。",  \
    "事件不能与自身合并。")                                                                                  \
  X(OFF_DUTY, "off-duty", "This person is not on duty.", "此人不在崗。", "此人不在岗。")                     \
  X(NOTHING_HELD, "nothing-held", "This person holds no open work.", "此人沒有未結工作。",                   \
    "此人没有未结工作。")                                                                                    \
  X(WRONG_STATE, "wrong-state", "Its state does not allow that.", "目前狀態不允許此操作。",                  \
    "当前状态不允许此操作。")                                                                                \
  X(NONE_LEFT, "none-left", "There is not so much of it left.", "餘量不足。", "余量不足。")                   \
  X(OUT_OF_ORDER, "out-of-order", "A later one has been taken already.", "已有更晚的記錄。",                 \
    "已有更晚的记录。")                                                                                      \
  X(OVERLAP, "overlap", "Two sessions would be in one zone at the same time.", "同一區域的議程時間重疊。",   \
    "同一区域的议程时间重叠。")                                                                              \
  X(DRILL_RUNS, "drill-runs", "A drill is running already.", "已有演練進行中。", "已有演练进行中。")         \
  X(NO_DRILL, "no-drill", "No drill is running.", "目前沒有演練。", "目前没有演练。")                        \
  X(REAL_INCIDENT, "real-incident", "A real incident of severity 3 or more is open: no drill now.",          \
    "有級別 3 以上的真實事件未結，不得演練。", "有级别 3 以上的真实事件未结，不得演练。")                    \
  X(OUTSIDE_DRILL, "outside-drill", "That is not part of the drill.", "不屬於此次演練。",                    \
    "不属于此次演练。")                                                                                      \
  X(ACTED_TOO_EARLY, "acted-too-early", "The time given is before the report or too long ago.",              \
    "所填時間早於上報或過久以前。", "所填时间早于上报或过久以前。")                                          \
  X(ACTED_IN_FUTURE, "acted-in-future", "The time given lies in the future.", "所填時間在未來。",            \
    "所填时间在未来。")                                                                                      \
  X(NO_TRIGGER, "no-trigger", "No contingency of the plan is triggered by this alert.",                      \
    "此警報不觸發方案中的任何預案。", "此警报不触发方案中的任何预案。")                                      \
  X(ALERT_EXPIRED, "alert-expired", "This alert has expired.", "此警報已過期。", "此警报已过期。")           \
  X(CHANGED_SINCE, "changed-since", "It says something else since it was read; read it again.",              \
    "閱讀之後內容已有變更，請重新閱讀。", "阅读之后内容已有变更，请重新阅读。")                              \
  /* the plan */                                                                                             \
  X(BAD_PLAN, "bad-plan", "The plan has errors.", "方案有錯誤。", "方案有错误。")                            \
  X(DUPLICATE_ID, "duplicate-id", "This id is given twice.", "此識別碼重複。", "此标识重复。")               \
  X(DANGLING_REFERENCE, "dangling-reference", "Something is named that does not exist.",                     \
    "引用了不存在的項目。", "引用了不存在的项目。")                                                          \
  X(PLAN_DIFFERS, "plan-differs", "The plan differs from the one in the journal; apply it with venuectl.",   \
    "方案與日誌中的不同；請以 venuectl 套用。", "方案与日志中的不同；请以 venuectl 应用。")                  \
  X(PART_MISSING, "part-missing",                                                                            \
    "A part of the plan before this one is missing; send it again from the first.",                          \
    "缺少此前的方案分段，請從第一段重新傳送。", "缺少此前的方案分段，请从第一段重新发送。")                  \
  X(NO_PLAN, "no-plan", "The journal is empty and no plan was given.", "日誌為空且未提供方案。",             \
    "日志为空且未提供方案。")                                                                                \
  /* the house */                                                                                            \
  X(READ_ONLY, "read-only", "The disk is full: venued is read-only until there is space.",                   \
    "磁碟已滿：暫停寫入，直到有空間。", "磁盘已满：暂停写入，直到有空间。")                                  \
  X(OUTCOME_UNKNOWN, "outcome-unknown", "Nobody knows whether it was kept; repeat with the same id.",        \
    "無法確定是否已保存；請以相同識別碼重試。", "无法确定是否已保存；请以相同标识重试。")                    \
  X(NOT_READY, "not-ready", "venued is not ready yet.", "系統尚未就緒。", "系统尚未就绪。")                  \
  X(NOT_REHEARSAL, "not-rehearsal", "Only a daemon started with --rehearsal plays rehearsals.",              \
    "僅以 --rehearsal 啟動的系統可以彩排。", "仅以 --rehearsal 启动的系统可以彩排。")                        \
  X(CLOCK_CERTAIN, "clock-certain", "The venue clock is not in doubt.", "場館時鐘並無疑問。",                \
    "场馆时钟并无疑问。")                                                                                    \
  X(GONE, "gone", "That part of the history is no longer at hand; take a snapshot.",                         \
    "該段歷史已不在記憶中；請重新取得快照。", "该段历史已不在内存中；请重新获取快照。")                      \
  X(IN_USE, "in-use", "The data folder is in use by another venued.", "資料夾正被另一個 venued 使用。",      \
    "数据目录正被另一个 venued 使用。")                                                                      \
  X(NEWER_SCHEMA, "newer-schema", "The journal was written by a newer venued.", "日誌由較新版本寫成。",      \
    "日志由较新版本写成。")                                                                                  \
  X(OTHER_SCALE, "other-scale", "The journal runs at another time scale.", "日誌使用另一時間倍率。",         \
    "日志使用另一时间倍率。")                                                                                \
  X(NOT_EMPTY, "not-empty", "The clock can only be set on an empty journal.", "僅空日誌可設定時鐘。",        \
    "仅空日志可设定时钟。")                                                                                  \
  X(DISK_FULL, "disk-full", "There is no space left on the disk.", "磁碟空間不足。", "磁盘空间不足。")       \
  X(ADDRESS_IN_USE, "address-in-use", "The address is in use.", "位址已被使用。", "地址已被使用。")          \
  X(INSECURE, "insecure", "A plaintext address that is not loopback needs insecure: true.",                  \
    "非本機的明文位址需設定 insecure: true。", "非本机的明文地址需设置 insecure: true。")                    \
  X(DAMAGED, "damaged", "The journal is damaged.", "日誌已損壞。", "日志已损坏。")                           \
  X(IO, "io", "Reading or writing failed.", "讀寫失敗。", "读写失败。")                                      \
  X(UNREACHABLE, "unreachable", "venued cannot be reached.", "無法連線到 venued。", "无法连接到 venued。")   \
  X(TIMED_OUT, "timed-out", "No answer came in time.", "逾時未得回應。", "超时未得回应。")                   \
  X(INTERNAL, "internal", "venued itself made a mistake.", "系統內部錯誤。", "系统内部错误。")               \
  X(FOLDER_NOT_EMPTY, "folder-not-empty", "The folder is not empty; choose an empty or a new one.",          \
    "資料夾不是空的；請選空的或新的資料夾。", "文件夹不是空的；请选空的或新的文件夹。")                      \
  X(NOT_A_FOLDER, "not-a-folder", "That is not a folder.", "那不是資料夾。", "那不是文件夹。")

enum vd_err {
  VD_OK = 0,
#define VD_ERR_ENUM(symbol, name, en, hant, hans) VD_ERR_##symbol,
  VD_ERRORS(VD_ERR_ENUM)
#undef VD_ERR_ENUM
      VD_ERR_COUNT
};

#define VD_MUST_CHECK __attribute__((warn_unused_result))

// The stable name, "ok" for VD_OK. Static storage.
const char *vd_err_name(enum vd_err err);

// The sentence for people; LANGUAGE_UNSPECIFIED is English. Static storage.
const char *vd_err_sentence(enum vd_err err, Vd__Language language);

// The error with this stable name; VD_ERR_INTERNAL for a name this build does not know.
enum vd_err vd_err_from_name(const char *name);

// What went wrong, where, for a person: filled by whoever refuses, copied by nobody (fixed size).
// A zeroed one is valid and says nothing.
struct vd_refusal {
  enum vd_err err;
  char field[96];   // path of the offending field, "" if none
  char nearest[72]; // nearest known name, "" if none
  char detail[256]; // one more English clause: what was found, file:line:column, a limit; "" if none
};

// Fills `refusal` (may be NULL) and returns `err`, so that refusing is one statement. `detail` is a
// printf format, cut at its size on a UTF-8 boundary.
enum vd_err vd_refuse(struct vd_refusal *refusal, enum vd_err err, const char *field, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));

// The known name nearest to `name` (edit distance, at most a third of its length), NULL if none is near.
// Feed all candidates one by one; `best` starts at NULL and `best_distance` at UINT32_MAX.
void vd_nearest_consider(const char *name, const char *candidate, const char **best, unsigned *best_distance);

#endif
