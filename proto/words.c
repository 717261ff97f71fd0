#include "proto/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

static const char *pick(const char *const words[3], Vd__Language language)
{
  switch (language) {
  case VD__LANGUAGE__LANGUAGE_ZH_HANT:
    return words[1];
  case VD__LANGUAGE__LANGUAGE_ZH_HANS:
    return words[2];
  default:
    return words[0];
  }
}

// ---- enums ----

struct value_words {
  const ProtobufCEnumDescriptor *type;
  int value;
  const char *words[3]; // en, zh-Hant, zh-Hans
};
#define OF(type, Type, VALUE) &vd__##type##__descriptor, VD__##Type##__##Type##_##VALUE

static const struct value_words values[] = {
    {OF(language, LANGUAGE, EN), {"English", "英文", "英文"}},
    {OF(language, LANGUAGE, ZH_HANT), {"Traditional Chinese", "繁體中文", "繁体中文"}},
    {OF(language, LANGUAGE, ZH_HANS), {"Simplified Chinese", "簡體中文", "简体中文"}},

    {OF(promise, PROMISE, RESPOND), {"respond", "響應", "响应"}},
    {OF(promise, PROMISE, DECIDE), {"decide", "定案", "定案"}},
    {OF(promise, PROMISE, LAND), {"land", "落地", "落地"}},
    {OF(promise, PROMISE, REFILL), {"refill", "補給", "补给"}},
    {OF(promise, PROMISE, SAMPLE), {"food sample", "留樣", "留样"}},
    {OF(promise, PROMISE, DISPOSE), {"disposal of the sample", "留樣處置", "留样处置"}},
    {OF(promise, PROMISE, CONVERT), {"conversion", "場地轉換", "场地转换"}},
    {OF(promise, PROMISE, STEP), {"step of the conversion", "場地轉換步驟", "场地转换步骤"}},

    {OF(family, FAMILY, DEVICE_FAULT), {"device fault", "設備故障", "设备故障"}},
    {OF(family, FAMILY, GUEST_CONDITION), {"guest condition", "嘉賓突發狀況", "嘉宾突发状况"}},
    {OF(family, FAMILY, PUBLIC_OPINION), {"public opinion", "輿情風險", "舆情风险"}},
    {OF(family, FAMILY, LIFE_SAFETY), {"life safety", "生命安全", "生命安全"}},
    {OF(family, FAMILY, OTHER), {"other", "其他", "其他"}},

    {OF(duty, DUTY, ON), {"on", "在崗", "在岗"}},
    {OF(duty, DUTY, OFF), {"off", "離崗", "离岗"}},
    {OF(duty, DUTY, BREAK), {"break", "休息", "休息"}},

    {OF(reach, REACH, OK), {"ok", "可聯絡", "可联络"}},
    {OF(reach, REACH, RADIO_DEAD), {"radio dead", "對講機不通", "对讲机不通"}},

    {OF(incident_state, INCIDENT_STATE, OPEN), {"open", "待響應", "待响应"}},
    {OF(incident_state, INCIDENT_STATE, RESPONDED), {"responded", "已響應", "已响应"}},
    {OF(incident_state, INCIDENT_STATE, DECIDED), {"decided", "已定案", "已定案"}},
    {OF(incident_state, INCIDENT_STATE, LANDED), {"landed", "已落地", "已落地"}},
    {OF(incident_state, INCIDENT_STATE, CLOSED), {"closed", "已結案", "已结案"}},
    {OF(incident_state, INCIDENT_STATE, CANCELLED), {"cancelled", "已取消", "已取消"}},
    {OF(incident_state, INCIDENT_STATE, DUPLICATE), {"duplicate", "已合併", "已合并"}},

    {OF(source, SOURCE, STAFF), {"staff", "工作人員", "工作人员"}},
    {OF(source, SOURCE, ATTENDEE), {"attendee", "參會者", "参会者"}},
    {OF(source, SOURCE, RADIO), {"radio", "對講機", "对讲机"}},
    {OF(source, SOURCE, DEVICE), {"device", "設備", "设备"}},

    {OF(landing, LANDING, WORKAROUND), {"workaround holds", "臨時措施生效", "临时措施生效"}},
    {OF(landing, LANDING, FIXED), {"fixed", "已修復", "已修复"}},

    {OF(outcome, OUTCOME, RUNNING), {"running", "進行中", "进行中"}},
    {OF(outcome, OUTCOME, MET), {"met", "按時", "按时"}},
    {OF(outcome, OUTCOME, MET_REPORTED_LATE), {"met, reported late", "按時（補錄）", "按时（补录）"}},
    {OF(outcome, OUTCOME, MISSED), {"missed", "逾時", "超时"}},
    {OF(outcome, OUTCOME, VOID), {"void", "作廢", "作废"}},

    {OF(level, LEVEL, LEAD), {"lead", "組長", "组长"}},
    {OF(level, LEVEL, SUPERVISOR), {"supervisor", "主管", "主管"}},
    {OF(level, LEVEL, COMMANDER), {"commander", "總指揮", "总指挥"}},
    {OF(level, LEVEL, CONTROL), {"control", "總控", "总控"}},

    {OF(alert_state, ALERT_STATE, OPEN), {"open", "待收到", "待收到"}},
    {OF(alert_state, ALERT_STATE, HEARD), {"heard", "已收到", "已收到"}},
    {OF(alert_state, ALERT_STATE, WITHDRAWN), {"withdrawn", "已撤回", "已撤回"}},

    {OF(alert_why, ALERT_WHY, WARNING), {"about to be late", "即將逾時", "即将超时"}},
    {OF(alert_why, ALERT_WHY, BREACH), {"late", "已逾時", "已超时"}},
    {OF(alert_why, ALERT_WHY, DECISION), {"default decision waits", "預設定案待批准", "默认定案待批准"}},
    {OF(alert_why, ALERT_WHY, LIFE_SAFETY), {"life safety", "生命安全", "生命安全"}},
    {OF(alert_why, ALERT_WHY, SEVERE), {"severity 4", "最高級別 4", "最高级别 4"}},
    {OF(alert_why, ALERT_WHY, NO_CANDIDATE), {"nobody to offer it to", "無人可派", "无人可派"}},
    {OF(alert_why, ALERT_WHY, HANDOVER), {"handover", "交接", "交接"}},
    {OF(alert_why, ALERT_WHY, LAST_RESORT), {"last resort", "最後聯絡人", "最后联络人"}},
    {OF(alert_why, ALERT_WHY, TASK), {"asked to do it", "請求執行", "请求执行"}},
    {OF(alert_why, ALERT_WHY, CROWDED), {"crowded", "擁擠", "拥挤"}},
    {OF(alert_why, ALERT_WHY, DEVICE), {"device suspect", "設備預警", "设备预警"}},
    {OF(alert_why, ALERT_WHY, OVERRUN), {"overruns", "議程超時", "议程超时"}},
    {OF(alert_why, ALERT_WHY, CONFLICT), {"sessions collide", "議程衝突", "议程冲突"}},
    {OF(alert_why, ALERT_WHY, NOTICE), {"notice waits for approval", "通知待批准", "通知待批准"}},
    {OF(alert_why, ALERT_WHY, SUGGESTION), {"suggestion for check-in", "簽到建議", "签到建议"}},
    {OF(alert_why, ALERT_WHY, CONTINGENCY), {"contingency proposed", "預案待啟動", "预案待启动"}},

    {OF(alert_why, ALERT_WHY, DRILL_OVER),
     {"the drill is over, what comes now is real", "演練結束，此後均為實情", "演练结束，此后均为实情"}},

    {OF(drill_state, DRILL_STATE, RUNNING), {"running", "進行中", "进行中"}},
    {OF(drill_state, DRILL_STATE, ENDED), {"ended", "已結束", "已结束"}},

    {OF(offer_state, OFFER_STATE, OPEN), {"open", "待回應", "待回应"}},
    {OF(offer_state, OFFER_STATE, ACCEPTED), {"accepted", "已接單", "已接单"}},
    {OF(offer_state, OFFER_STATE, DECLINED), {"declined", "已婉拒", "已婉拒"}},
    {OF(offer_state, OFFER_STATE, EXPIRED), {"unanswered", "未回應", "未回应"}},
    {OF(offer_state, OFFER_STATE, WITHDRAWN), {"withdrawn", "已撤回", "已撤回"}},

    {OF(note_kind, NOTE_KIND, REMARK), {"remark", "備註", "备注"}},
    {OF(note_kind, NOTE_KIND, PASSED_OVER),
     {"passed over, nobody there", "無人在崗，略過", "无人在岗，略过"}},
    {OF(note_kind, NOTE_KIND, CORRECTION), {"correction", "更正", "更正"}},
    {OF(note_kind, NOTE_KIND, MERGE), {"merge", "合併", "合并"}},
    {OF(note_kind, NOTE_KIND, DUTY_LOG), {"duty log", "值班日誌", "值班日志"}},
    {OF(note_kind, NOTE_KIND, RECORD), {"record", "記錄", "记录"}},

    {OF(role, ROLE, ADMIN), {"admin", "系統管理", "系统管理"}},
    {OF(role, ROLE, CONTROL), {"control", "總控", "总控"}},
    {OF(role, ROLE, COMMANDER), {"commander", "總指揮", "总指挥"}},
    {OF(role, ROLE, SUPERVISOR), {"supervisor", "主管", "主管"}},
    {OF(role, ROLE, DECISION), {"decision", "決策組", "决策组"}},
    {OF(role, ROLE, EXECUTION), {"execution", "執行組", "执行组"}},
    {OF(role, ROLE, FIELD), {"field", "現場組", "现场组"}},
    {OF(role, ROLE, STATION), {"station", "崗點", "岗点"}},
    {OF(role, ROLE, WALL), {"wall", "可視化看板", "可视化看板"}},
    {OF(role, ROLE, MODERATOR), {"moderator", "主持", "主持"}},
    {OF(role, ROLE, BUTLER), {"butler", "專屬管家", "专属管家"}},
    {OF(role, ROLE, MEDIC), {"medic", "醫護", "医护"}},
    {OF(role, ROLE, CATERING), {"catering", "餐飲", "餐饮"}},
    {OF(role, ROLE, CHECK_IN), {"check-in", "簽到組", "签到组"}},
    {OF(role, ROLE, AV), {"av", "音視頻", "音视频"}},
    {OF(role, ROLE, DEVICE), {"device", "設備", "设备"}},
    {OF(role, ROLE, BRIDGE), {"bridge", "橋接", "桥接"}},
    {OF(role, ROLE, CLIENT), {"client, reads only", "唯讀客戶端", "只读客户端"}},

    {OF(kind, KIND, EVENT), {"event", "活動", "活动"}},
    {OF(kind, KIND, ZONE), {"zone", "區域", "区域"}},
    {OF(kind, KIND, CATEGORY), {"category", "類別", "类别"}},
    {OF(kind, KIND, PAGE), {"page", "手冊頁", "手册页"}},
    {OF(kind, KIND, TEAM), {"team", "組", "组"}},
    {OF(kind, KIND, POST), {"post", "崗位", "岗位"}},
    {OF(kind, KIND, CREW), {"crew", "人員", "人员"}},
    {OF(kind, KIND, PRINCIPAL), {"principal", "存取身分", "访问身份"}},
    {OF(kind, KIND, INCIDENT), {"incident", "事件", "事件"}},
    {OF(kind, KIND, ATTEMPT), {"attempt", "處置輪次", "处置轮次"}},
    {OF(kind, KIND, DEADLINE), {"deadline", "時限", "时限"}},
    {OF(kind, KIND, ALERT), {"alert", "提醒", "提醒"}},
    {OF(kind, KIND, OFFER), {"offer", "派單", "派单"}},
    {OF(kind, KIND, NOTE), {"note", "備註", "备注"}},
    {OF(kind, KIND, TASK), {"task", "任務", "任务"}},
    {OF(kind, KIND, SUPPLY), {"supply", "補給品", "补给品"}},
    {OF(kind, KIND, BATCH), {"batch", "批次", "批次"}},
    {OF(kind, KIND, DEVICE), {"device", "設備", "设备"}},
    {OF(kind, KIND, SESSION), {"session", "議程", "议程"}},
    {OF(kind, KIND, NOTICE), {"attendee notice", "觀眾通知", "观众通知"}},
    {OF(kind, KIND, RESOURCE), {"resource", "應急資源", "应急资源"}},
    {OF(kind, KIND, LANE), {"lane", "簽到通道", "签到通道"}},
    {OF(kind, KIND, SUGGESTION), {"suggestion", "建議", "建议"}},
    {OF(kind, KIND, DRILL), {"drill", "演練", "演练"}},
    {OF(kind, KIND, NODE_COUNT), {"count of acts", "人工與自動次數", "人工与自动次数"}},
    {OF(kind, KIND, CONTINGENCY), {"contingency", "預案", "预案"}},
    {OF(kind, KIND, CONTINGENCY_STEP), {"step of a contingency", "預案步驟", "预案步骤"}},

    {OF(zone_status, ZONE_STATUS, OPEN), {"open", "開放", "开放"}},
    {OF(zone_status, ZONE_STATUS, CROWDED), {"crowded", "擁擠", "拥挤"}},
    {OF(zone_status, ZONE_STATUS, CLOSED), {"closed", "關閉", "关闭"}},
    {OF(zone_status, ZONE_STATUS, CONVERTING),
     {"being converted, no passage", "轉換中，不可通行", "转换中，不可通行"}},
    {OF(zone_status, ZONE_STATUS, CONVERTING_PASSABLE),
     {"being converted, passable", "轉換中，可通行", "转换中，可通行"}},

    {OF(task_kind, TASK_KIND, REFILL), {"refill", "補給", "补给"}},
    {OF(task_kind, TASK_KIND, SAMPLE), {"food sample", "留樣", "留样"}},
    {OF(task_kind, TASK_KIND, DISPOSE), {"disposal of the sample", "留樣處置", "留样处置"}},
    {OF(task_kind, TASK_KIND, STEP), {"step of the conversion", "場地轉換步驟", "场地转换步骤"}},

    {OF(task_state, TASK_STATE, OPEN), {"open", "未完成", "未完成"}},
    {OF(task_state, TASK_STATE, DONE), {"done", "已完成", "已完成"}},
    {OF(task_state, TASK_STATE, CANCELLED), {"cancelled", "已取消", "已取消"}},

    {OF(batch_state, BATCH_STATE, PLANNED), {"planned", "已排定", "已排定"}},
    {OF(batch_state, BATCH_STATE, HELD), {"held back", "暫緩供應", "暂缓供应"}},
    {OF(batch_state, BATCH_STATE, SERVED), {"served", "已供應", "已供应"}},
    {OF(batch_state, BATCH_STATE, SAMPLED), {"sample kept", "已留樣", "已留样"}},
    {OF(batch_state, BATCH_STATE, DISPOSED), {"sample disposed of", "留樣已處置", "留样已处置"}},
    {OF(batch_state, BATCH_STATE, CANCELLED), {"cancelled", "已取消", "已取消"}},

    {OF(device_state, DEVICE_STATE, OK), {"ok", "正常", "正常"}},
    {OF(device_state, DEVICE_STATE, SUSPECT), {"suspect", "預警", "预警"}},
    {OF(device_state, DEVICE_STATE, FAULT), {"FAULT", "故障", "故障"}},
    {OF(device_state, DEVICE_STATE, MAINTENANCE), {"maintenance", "維護中", "维护中"}},

    {OF(session_state, SESSION_STATE, PLANNED), {"planned", "已排定", "已排定"}},
    {OF(session_state, SESSION_STATE, RUNNING), {"running", "進行中", "进行中"}},
    {OF(session_state, SESSION_STATE, ENDED), {"ended", "已結束", "已结束"}},
    {OF(session_state, SESSION_STATE, CANCELLED), {"cancelled", "已取消", "已取消"}},

    {OF(session_kind, SESSION_KIND, TALK), {"talk", "演講", "演讲"}},
    {OF(session_kind, SESSION_KIND, BREAK), {"break", "休息", "休息"}},

    {OF(notice_state, NOTICE_STATE, SETTLING), {"settling", "靜候更多變更", "静候更多变更"}},
    {OF(notice_state, NOTICE_STATE, WAITING), {"waits for approval", "待批准", "待批准"}},
    {OF(notice_state, NOTICE_STATE, APPROVED), {"approved", "已批准", "已批准"}},
    {OF(notice_state, NOTICE_STATE, SENT), {"sent", "已發出", "已发出"}},
    {OF(notice_state, NOTICE_STATE, DROPPED), {"dropped", "已作廢", "已作废"}},

    {OF(lane_kind, LANE_KIND, GENERAL), {"general", "普通通道", "普通通道"}},
    {OF(lane_kind, LANE_KIND, VIP), {"guests of honour", "貴賓通道", "贵宾通道"}},
    {OF(lane_kind, LANE_KIND, SELF), {"e-check-in", "電子簽到", "电子签到"}},

    {OF(lane_state, LANE_STATE, OPEN), {"open", "開放", "开放"}},
    {OF(lane_state, LANE_STATE, CLOSED), {"closed", "關閉", "关闭"}},
    {OF(lane_state, LANE_STATE, PRINTER_DOWN), {"printer down", "印表機故障", "打印机故障"}},
    {OF(lane_state, LANE_STATE, OFFLINE_LIST), {"list on paper", "紙本名單", "纸质名单"}},

    {OF(resource_kind, RESOURCE_KIND, SPARE), {"own spare", "自備備品", "自备备品"}},
    {OF(resource_kind, RESOURCE_KIND, SPACE), {"emergency space", "應急場地", "应急场地"}},
    {OF(resource_kind, RESOURCE_KIND, POOL), {"emergency pool", "應急資源池", "应急资源池"}},

    {OF(trade, TRADE, AV), {"sound and light", "視聽設備", "视听设备"}},
    {OF(trade, TRADE, CATERING), {"catering", "餐飲", "餐饮"}},
    {OF(trade, TRADE, USHERS), {"ushers", "禮儀引導", "礼仪引导"}},
    {OF(trade, TRADE, OTHER), {"other", "其他", "其他"}},

    {OF(suggestion_kind, SUGGESTION_KIND, OPEN_LANE), {"open a lane", "增開通道", "增开通道"}},
    {OF(suggestion_kind, SUGGESTION_KIND, MOVE_STAFF), {"move staff", "調動人員", "调动人员"}},

    {OF(suggestion_state, SUGGESTION_STATE, OPEN), {"open", "待採納", "待采纳"}},
    {OF(suggestion_state, SUGGESTION_STATE, TAKEN), {"taken", "已採納", "已采纳"}},
    {OF(suggestion_state, SUGGESTION_STATE, MEASURED), {"measured", "已衡量", "已衡量"}},
    {OF(suggestion_state, SUGGESTION_STATE, PASSED), {"not taken", "未採納", "未采纳"}},

    {OF(contingency_state, CONTINGENCY_STATE, READY), {"ready", "備用", "备用"}},
    {OF(contingency_state, CONTINGENCY_STATE, PROPOSED), {"proposed", "待啟動", "待启动"}},
    {OF(contingency_state, CONTINGENCY_STATE, ACTIVE), {"active", "進行中", "进行中"}},
    {OF(contingency_state, CONTINGENCY_STATE, DONE), {"done", "已完成", "已完成"}},
    {OF(contingency_state, CONTINGENCY_STATE, ABORTED), {"aborted", "已中止", "已中止"}},

    {OF(step_state, STEP_STATE, WAITING), {"waits for others", "等待前序", "等待前序"}},
    {OF(step_state, STEP_STATE, OPEN), {"open", "未完成", "未完成"}},
    {OF(step_state, STEP_STATE, DONE), {"done", "已完成", "已完成"}},
    {OF(step_state, STEP_STATE, SKIPPED), {"skipped", "已略過", "已跳过"}},

    {OF(cap_severity, CAP_SEVERITY, MINOR), {"minor", "輕微", "轻微"}},
    {OF(cap_severity, CAP_SEVERITY, MODERATE), {"moderate", "中等", "中等"}},
    {OF(cap_severity, CAP_SEVERITY, SEVERE), {"severe", "嚴重", "严重"}},
    {OF(cap_severity, CAP_SEVERITY, EXTREME), {"extreme", "極端", "极端"}},

    {OF(node, NODE, DISPATCH), {"dispatch", "派單", "派单"}},
    {OF(node, NODE, ESCALATION), {"escalation", "升級呼叫", "升级呼叫"}},
    {OF(node, NODE, FAULT), {"fault found", "發現故障", "发现故障"}},
    {OF(node, NODE, REFILL), {"refill", "補給", "补给"}},
    {OF(node, NODE, CROWDING), {"crowding", "擁擠判定", "拥挤判定"}},
    {OF(node, NODE, CHECK_IN), {"check-in", "簽到", "签到"}},
    {OF(node, NODE, NOTICE), {"attendee notice", "觀眾通知", "观众通知"}},
};
#undef OF

const char *vd_enum_words(const ProtobufCEnumDescriptor *type, int value, Vd__Language language)
{
  if (value == 0)
    return "";
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (values[i].type == type && values[i].value == value)
      return pick(values[i].words, language);
  const char *name = vd_enum_name(type, value);
  return name != NULL ? name : "?";
}

// ---- reasons ----

// `head` is the word itself, or ends in ':' or '-' and what follows takes the place of the '%'. After a blank
// it is what a person wrote.
struct reason_words {
  const char *head;
  const char *words[3];
};

static const struct reason_words reasons[] = {
    {"on-duty", {"on duty", "在崗", "在岗"}},
    {"free", {"free", "空閒", "空闲"}},
    {"nobody-suitable", {"nobody of our own could take it", "自有人員無合適人選", "自有人员无合适人选"}},
    {"all-busy", {"all who could have other work", "合適人員均有其他工作", "合适人员均有其他工作"}},
    {"crew-late:", {"the nearest comes % too late", "最近人員遲到 %", "最近人员迟到 %"}},
    {"no-stand-in", {"neither partner nor spare", "無備援設備亦無備品", "无备援设备亦无备品"}},
    {"partner-down:", {"its partner % is out too", "備援 % 亦不可用", "备援 % 也不可用"}},
    {"spare-late:", {"the spare comes % too late", "備品遲到 %", "备品迟到 %"}},
    {"free:", {"% free", "可用 %", "可用 %"}},
    {"none-left", {"none left", "已無餘量", "已无余量"}},
    {"eta:unknown", {"time unknown", "到達時間未知", "到达时间未知"}},
    {"eta:0s", {"is there", "就在該處", "就在该处"}},
    {"eta:", {"there in %", "% 後到", "% 后到"}},
    {"after-limit:", {"% after the limit", "超出時限 %", "超出时限 %"}},
    {"priority-right", {"priority is agreed", "已約定優先使用", "已约定优先使用"}},
    {"zone-shut:", {"% is shut", "% 已關閉", "% 已关闭"}},
    {"in-a-drill", {"in a drill", "演練中", "演练中"}},
    {"no-part-in-drill", {"takes no part in the drill", "不參與演練", "不参与演练"}},
    {"real-work", {"has real work", "有真實工作", "有真实工作"}},
    {"ends-drill:", {"ends the drill %", "結束演練 %", "结束演练 %"}},
    {"skill:", {"has skill %", "具備技能 %", "具备技能 %"}},
    {"walk:unknown", {"way unknown", "路程未知", "路程未知"}},
    {"walk:0s", {"is there", "就在該處", "就在该处"}},
    {"walk:", {"% away", "步行 %", "步行 %"}},
    {"load:", {"holds %", "手上 % 件", "手上 % 件"}},
    {"offered:", {"offered % already", "已派 % 件待回應", "已派 % 件待回应"}},
    {"holds-severity-4", {"holds a severity 4", "正在處理級別 4 事件", "正在处理级别 4 事件"}},
    {"radio-only", {"radio only", "僅有對講機", "仅有对讲机"}},
    {"off-duty", {"off duty", "離崗", "离岗"}},
    {"on-break", {"on a break", "休息中", "休息中"}},
    {"unreachable", {"cannot be reached", "無法聯絡", "无法联络"}},
    {"other-zone", {"answers for other zones", "負責其他區域", "负责其他区域"}},
    {"other-team", {"of another team", "屬其他組", "属其他组"}},
    {"holds-it", {"holds it", "已由其負責", "已由其负责"}},
    {"declined", {"declined it", "已婉拒", "已婉拒"}},
    {"unanswered", {"no answer came", "未回應", "未回应"}},
    {"no-skill:", {"lacks skill %", "不具備技能 %", "不具备技能 %"}},
    {"added:", {"% added", "新增 %", "新增 %"}},
    {"changed:", {"% changed", "變更 %", "变更 %"}},
    {"retired:", {"% taken out", "移除 %", "移除 %"}},
    {"kept:", {"% kept as the calendar has them", "%項依日曆保留", "%项依日历保留"}},
    {"from:", {"from %", "來自 %", "来自 %"}},
    {"cancelled:", {"% cancelled", "取消 %", "取消 %"}},
    {"by:-", {"% earlier", "提前 %", "提前 %"}},
    {"by:", {"% later", "順延 %", "顺延 %"}},
    {"following:", {"% too", "連同 %", "连同 %"}},
    {"overlap:", {"collides with %", "與 % 衝突", "与 % 冲突"}},
    {"no-break:", {"no break after % any more", "% 之後已無休息", "% 之后已无休息"}},
    {"early-break:", {"% begins before it ends", "% 早於其結束", "% 早于其结束"}},
    {"undone-start", {"its start", "撤銷開始", "撤销开始"}},
    {"undone-end", {"its end", "撤銷結束", "撤销结束"}},
    {"undone-shift", {"its shift", "撤銷改期", "撤销改期"}},
    {"undone-cancel", {"its cancellation", "撤銷取消", "撤销取消"}},
    {"dense-limit:",
     {"% longer than a dense session may be", "% 超過高密度環節時限", "% 超过高密度环节时限"}},
    {"still-running:", {"% still runs there", "% 仍在該區域進行", "% 仍在该区域进行"}},
    {"held:", {"holds back %", "暫緩 %", "暂缓 %"}},
    {"on-again:", {"% may be served again", "恢復供應 %", "恢复供应 %"}},
    {"batch-left:", {"% was planned for it", "% 原為此排定", "% 原为此排定"}},
    {"people:", {"% people", "% 人", "% 人"}},
    {"holds:", {"room for %", "可容納 % 人", "可容纳 % 人"}},
    {"level:", {"% left", "存量 %", "存量 %"}},
    {"refilled", {"fresh", "已補新", "已补新"}},
    {"count:", {"%", "數量 %", "数量 %"}},
    {"mean-error-permille:", {"forecasts are off by % on average", "預測平均誤差 %", "预测平均误差 %"}},
    {"runs-out:0s", {"run out", "已耗盡", "已耗尽"}},
    {"runs-out:", {"runs out in %", "% 後耗盡", "% 后耗尽"}},
    {"stale:0s", {"stale", "已過期", "已过期"}},
    {"stale:", {"stale in %", "% 後過期", "% 后过期"}},
    {"grams:", {"% g", "% 克", "% 克"}},
    {"under-weight:", {"too little, % g are due", "不足，應為 % 克", "不足，应为 % 克"}},
    {"celsius:", {"% °C", "% °C", "% °C"}},
    {"counts:", {"counts: %", "計數 % 筆", "计数 % 条"}},
    {"checked-in:", {"% checked in", "簽到 % 人", "签到 % 人"}},
    {"seated:", {"% seated in all", "共入場 % 人", "共入场 % 人"}},
    {"open", {"open", "開放", "开放"}},
    {"closed", {"closed", "關閉", "关闭"}},
    {"printer-down", {"printer down", "印表機故障", "打印机故障"}},
    {"offline-list", {"list on paper", "紙本名單", "纸质名单"}},
    {"desks:", {"desks: %", "櫃台 % 個", "柜台 % 个"}},
    {"open:", {"open %", "開放 %", "开放 %"}},
    {"move-from:", {"move a desk from %", "自 % 調來一個櫃台", "自 % 调来一个柜台"}},
    {"wait:", {"a wait of % ahead", "預計等候 %", "预计等候 %"}},
    {"expected:", {"% expected with it", "採納後預期 %", "采纳后预期 %"}},
    {"measured:", {"% measured", "實測 %", "实测 %"}},
    {"helped", {"it helped", "有幫助", "有帮助"}},
    {"did-not-help", {"it did not help", "無幫助", "无帮助"}},
    {"uncounted", {"not counted since, so nobody knows", "其後未計數，無法得知", "其后未计数，无法得知"}},
    {"queue-gone", {"the queue went by itself", "排隊已自行消退", "排队已自行消退"}},
    {"overtaken", {"overtaken by events", "情況已改變", "情况已改变"}},
    {"lane-closed", {"the lane closed", "通道已關閉", "通道已关闭"}},
    {"lane-retired", {"the plan has no such lane any more", "方案已無此通道", "方案已无此通道"}},
};

static const struct reason_words *find_reason(const char *reason)
{
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    const char *head = reasons[i].head;
    size_t size = strlen(head);
    bool takes_more = head[size - 1] == ':' || head[size - 1] == '-';
    if (takes_more ? strncmp(head, reason, size) == 0 && reason[size] != ' ' : strcmp(head, reason) == 0)
      return &reasons[i];
  }
  return NULL;
}

// Values are told as people write them: "walk:90s" as 1m30s, permille as percent, "63.500" as 63.5.
static void add_value(struct vd_buffer *out, const char *head, const char *value)
{
  int64_t duration_ms;
  char text[32];
  static const char *const timed[] = {"walk:", "crew-late:", "spare-late:", "eta:", "after-limit:"};
  bool is_timed = false;
  for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
    is_timed |= strcmp(head, timed[i]) == 0;
  if (is_timed && vd_duration_parse(value, &duration_ms)) {
    vd_duration_format(duration_ms, text, sizeof text);
    value = text;
  } else if (strcmp(head, "mean-error-permille:") == 0) {
    unsigned long permille = strtoul(value, NULL, 10);
    snprintf(text, sizeof text, "%lu.%lu%%", permille / 10, permille % 10);
    value = text;
  }
  size_t size = strlen(value);
  if (strcmp(head, "celsius:") == 0 && strchr(value, '.') != NULL) {
    while (size > 0 && value[size - 1] == '0')
      size--;
    size -= size > 0 && value[size - 1] == '.';
  }
  vd_buffer_append(out, value, size);
}

void vd_reason_words(struct vd_buffer *out, const char *reason, Vd__Language language)
{
  const struct reason_words *found = find_reason(reason);
  if (found == NULL) {
    vd_buffer_printf(out, "%s", reason);
    return;
  }
  const char *words = pick(found->words, language), *place = strchr(words, '%');
  if (place == NULL) {
    vd_buffer_printf(out, "%s", words);
    return;
  }
  vd_buffer_printf(out, "%.*s", (int)(place - words), words);
  add_value(out, found->head, reason + strlen(found->head));
  vd_buffer_printf(out, "%s", place + 1);
}
