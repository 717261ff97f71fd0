// The table is in the order in which it is tried: what says more stands before what says less.
#include "proto/details.h"

#include <stdbool.h>
#include <string.h>

enum { CAUGHT_MAX = 4 };

// '%' stands for whatever was found; "%2" for the second of them.
struct detail {
  const char *en, *zh_hant, *zh_hans;
};

// clang-format off
static const struct detail details[] = {
    // proto/check.c, quota.c
    {"more than % bytes", "超過 %1 位元組", "超过 %1 字节"},
    {"at byte %", "在第 %1 位元組", "在第 %1 字节"},
    {"letters, digits and . _ : - only", "僅可用字母、數字與 . _ : -", "仅可用字母、数字与 . _ : -"},
    {"% in all, at most %", "共 %1 項，至多 %2 項", "共 %1 项，至多 %2 项"},
    {"%, at most %", "為 %1，至多 %2", "为 %1，至多 %2"},
    {"field number %", "欄位編號 %1", "字段编号 %1"},
    {"unpacked it needs more than % bytes", "展開後超過 %1 位元組", "展开后超过 %1 字节"},
    {"% bytes that are no %", "%1 位元組，並非 %2", "%1 字节，并非 %2"},
    {"a NUL inside", "含有 NUL", "含有 NUL"},
    // core/resource.c
    {"% free, % asked for", "可用 %1，需要 %2", "可用 %1，需要 %2"},
    {"none of it is in use", "目前無一在用", "当前无一在用"},
    {"only % in use", "在用僅 %1", "在用仅 %1"},
    // proto/text_*.c
    {"nested deeper than % levels", "巢狀超過 %1 層", "嵌套超过 %1 层"},
    {"unknown key; did you mean %?", "未知的鍵；是否指 %1？", "未知的键；是否指 %1？"},
    {"unknown key; known are %", "未知的鍵；可用的有 %1", "未知的键；可用的有 %1"},
    {"unknown key; none is known here", "未知的鍵；此處沒有可用的鍵", "未知的键；此处没有可用的键"},
    {"unknown key", "未知的鍵", "未知的键"},
    {"given twice, first on line %", "重複出現，首次在第 %1 行", "重复出现，首次在第 %1 行"},
    {"cannot stand beside %: one of the two was meant", "不能與 %1 並存：只能取其一", "不能与 %1 并存：只能取其一"},
    {"a list; a single value was meant", "此處是清單；應為單一值", "此处是列表；应为单一值"},
    {"keys and values; a single value was meant", "此處是鍵值；應為單一值", "此处是键值；应为单一值"},
    {"a single value; a list was meant", "此處是單一值；應為清單", "此处是单一值；应为列表"},
    {"keys and values; a list was meant", "此處是鍵值；應為清單", "此处是键值；应为列表"},
    {"a single value; keys and values of a % were meant", "此處是單一值；應為 %1 的鍵值", "此处是单一值；应为 %1 的键值"},
    {"a list; keys and values of a % were meant", "此處是清單；應為 %1 的鍵值", "此处是列表；应为 %1 的键值"},
    {"%; a list was meant", "%1；應為清單", "%1；应为列表"},
    {"%; a single value was meant", "%1；應為單一值", "%1；应为单一值"},
    {"%; keys and values of a % were meant", "%1；應為 %2 的鍵值", "%1；应为 %2 的键值"},
    {"a key of several parts; a single word was meant", "鍵由多部分組成；應為單一詞", "键由多部分组成；应为单一词"},
    {"the parser does not start", "解析器無法啟動", "解析器无法启动"},
    {"no valid UTF-8; save the text as UTF-8", "不是有效的 UTF-8；請以 UTF-8 儲存", "不是有效的 UTF-8；请以 UTF-8 保存"},
    {"no valid UTF-8 at byte % of the value", "值的第 %1 位元組不是有效的 UTF-8", "值的第 %1 字节不是有效的 UTF-8"},
    {"no valid %: %", "不是有效的 %1：%2", "不是有效的 %1：%2"},
    {"no valid %", "不是有效的 %1", "不是有效的 %1"},
    {"a value that cannot be read", "無法讀取的值", "无法读取的值"},
    {"an alias; only plain keys and values are read here", "此處有別名；只讀取普通鍵值", "此处有别名；只读取普通键值"},
    {"an anchor; only plain keys and values are read here", "此處有錨點；只讀取普通鍵值", "此处有锚点；只读取普通键值"},
    {"a tag; only plain keys and values are read here", "此處有標籤；只讀取普通鍵值", "此处有标签；只读取普通键值"},
    {"%; only plain keys and values are read here", "%1；只讀取普通鍵值", "%1；只读取普通键值"},
    {"a directive; only keys and values are read here", "此處有指示；只讀取鍵值", "此处有指令；只读取键值"},
    {"a second document; a single one was meant", "出現第二份文件；應只有一份", "出现第二份文档；应只有一份"},
    {"more than % MiB", "超過 %1 MiB", "超过 %1 MiB"},
    {"a NUL byte; text was meant", "含有 NUL；應為文字", "含有 NUL；应为文字"},
    {"holds a NUL; text was meant", "含有 NUL；應為文字", "含有 NUL；应为文字"},
    {"a second byte order mark", "出現第二個位元組順序記號", "出现第二个字节序标记"},
    {"a tab; YAML is set in by spaces, in a text write \"\\t\"", "有跳位字元；YAML 以空格縮排，文字中請寫 \"\\t\"", "有制表符；YAML 以空格缩进，文字中请写 \"\\t\""},
    {"too many values; at most % brackets, commas, colons and quotes", "值過多；括號、逗號、冒號與引號至多 %1 個", "值过多；括号、逗号、冒号与引号至多 %1 个"},
    {"more than % blanks or empty lines in a row", "連續空白或空行超過 %1 個", "连续空白或空行超过 %1 个"},
    {"\"%\" is no whole number from % to %, unquoted", "\"%1\" 不是 %2 至 %3 的整數（不加引號）", "\"%1\" 不是 %2 至 %3 的整数（不加引号）"},
    {"\"%\" is no whole number from % to %", "\"%1\" 不是 %2 至 %3 的整數", "\"%1\" 不是 %2 至 %3 的整数"},
    {"\"%\" is no whole number of 0 or more, unquoted", "\"%1\" 不是不小於 0 的整數（不加引號）", "\"%1\" 不是不小于 0 的整数（不加引号）"},
    {"\"%\" is no whole number of 0 or more", "\"%1\" 不是不小於 0 的整數", "\"%1\" 不是不小于 0 的整数"},
    {"\"%\" is no true or false, unquoted", "\"%1\" 不是 true 或 false（不加引號）", "\"%1\" 不是 true 或 false（不加引号）"},
    {"\"%\" is no instant; one is written \"2023-05-18T09:00:00+08:00\"", "\"%1\" 不是時刻；寫法如 \"2023-05-18T09:00:00+08:00\"", "\"%1\" 不是时刻；写法如 \"2023-05-18T09:00:00+08:00\""},
    {"\"%\" is no duration; one is written \"5m\", \"90s\", \"1h30m\" or \"250ms\"", "\"%1\" 不是時長；寫法如 \"5m\"、\"90s\"、\"1h30m\" 或 \"250ms\"", "\"%1\" 不是时长；写法如 \"5m\"、\"90s\"、\"1h30m\" 或 \"250ms\""},
    {"\"%\" is no bytes; these are pairs of 0-9 and a-f", "\"%1\" 不是位元組；應為成對的 0-9 與 a-f", "\"%1\" 不是字节；应为成对的 0-9 与 a-f"},
    {"\"%\" is no string; quote it", "\"%1\" 不是字串；請加引號", "\"%1\" 不是字符串；请加引号"},
    {"\"%\" is no %; did you mean %?", "\"%1\" 不是 %2；是否指 %3？", "\"%1\" 不是 %2；是否指 %3？"},
    {"\"%\" is no %; it is one of %", "\"%1\" 不是 %2；應為 %3 之一", "\"%1\" 不是 %2；应为 %3 之一"},
    {"\"%\" is no %", "\"%1\" 不是 %2", "\"%1\" 不是 %2"},
    {"nothing is given; leave it out, or quote it", "未填；請省略，或加引號", "未填；请省略，或加引号"},
    {"nothing is given; leave it out", "未填；請省略", "未填；请省略"},
    // daemon/core
    {"attendees and devices take no part", "參會者與設備不參與演練", "参会者与设备不参与演练"},
    {"a drill converts nothing", "演練不進行場地轉換", "演练不进行场地转换"},
    {"a drill uses nothing up", "演練不動用資源", "演练不动用资源"},
    {"it is held in %", "演練範圍為 %1", "演练范围为 %1"},
    {"% takes no part", "%1 不參與演練", "%1 不参与演练"},
    {"before it began", "早於演練開始", "早于演练开始"},
    {"#% was part of a drill that is over", "#%1 屬於已結束的演練", "#%1 属于已结束的演练"},
    {"one of the two is real", "兩者之一為真實事件", "两者之一为真实事件"},
    {"whoever stands before attendees takes no part in a drill", "面對參會者的崗位不參與演練", "面对参会者的岗位不参与演练"},
    {"nobody is named", "未指明人員", "未指明人员"},
    {"ok or radio-dead", "ok 或 radio-dead", "ok 或 radio-dead"},
    {"% is not in the plan any more", "%1 已不在方案中", "%1 已不在方案中"},
    {"on, off or break", "on、off 或 break", "on、off 或 break"},
    {"who answers the offer", "由誰回應派單", "由谁回应派单"},
    {"% was not asked to take #%, or no longer is", "未請 %1 處理 #%2，或已不再", "未请 %1 处理 #%2，或已不再"},
    {"nobody hands over to themselves", "不能交接給自己", "不能交接给自己"},
    {"whose digest was heard", "誰的彙總已收到", "谁的汇总已收到"},
    {"the control room itself was not called", "未呼叫總控室", "未呼叫总控室"},
    {"% was not called", "未呼叫 %1", "未呼叫 %1"},
    {"#% has ended and is being let go", "#%1 已結束，即將移出", "#%1 已结束，即将移出"},
    {"there is no #%", "沒有 #%1", "没有 #%1"},
    {"#% has ended", "#%1 已結束", "#%1 已结束"},
    {"#% is a duplicate of #%", "#%1 重複於 #%2", "#%1 重复于 #%2"},
    {"that is before what it is about", "早於所涉事項", "早于所涉事项"},
    {"% landed it", "由 %1 落地", "由 %1 落地"},
    {"#% is life safety: merge the other into it", "#%1 為生命安全事件：請將另一事件併入", "#%1 为生命安全事件：请将另一事件并入"},
    {"#% is no longer at hand", "#%1 已不在手邊", "#%1 已不在手边"},
    {"#% was merged itself since: undo that first", "#%1 其後亦已合併：請先撤銷該合併", "#%1 其后亦已合并：请先撤销该合并"},
    {"% was moved with %: undo that", "%1 隨 %2 一併改期：請撤銷後者", "%1 随 %2 一并改期：请撤销后者"},
    {"% was changed after it: undo that first", "%1 其後已有變更：請先撤銷該變更", "%1 其后已有变更：请先撤销该变更"},
    {"what moved with % was changed after it", "隨 %1 改期的議程其後已有變更", "随 %1 改期的议程其后已有变更"},
    {"% is at revision %: changed since are %", "%1 現為版本 %2：其間有變更的有 %3", "%1 现为版本 %2：其间有变更的有 %3"},
    {"% is at revision %", "%1 現為版本 %2", "%1 现为版本 %2"},
    {"#% was merged after it: undo that first", "#%1 在其後合併：請先撤銷該合併", "#%1 在其后合并：请先撤销该合并"},
    {"severity is 1 to %, found %", "級別為 1 至 %1，而非 %2", "级别为 1 至 %1，而非 %2"},
    {"life safety is always %", "生命安全事件的級別必為 %1", "生命安全事件的级别必为 %1"},
    {"% errors", "%1 個錯誤", "%1 个错误"},
    {"the plan itself", "方案本身", "方案本身"},
    {"not a word of [a-z0-9-]", "須為 [a-z0-9-] 組成的詞", "须为 [a-z0-9-] 组成的词"},
    {"% is built in", "%1 為內建", "%1 为内置"},
    {"32 bytes", "32 位元組", "32 字节"},
    {"more than one entry can hold", "超出單項容量", "超出单项容量"},
    {"at most % min back", "至多回溯 %1 分鐘", "至多回溯 %1 分钟"},
    // daemon/core: what a role may do
    {"this role may not do that", "此角色不可執行此操作", "此角色不可执行此操作"},
    {"this role acts for itself only", "此角色只能以本人身分操作", "此角色只能以本人身份操作"},
    {"the zone is not one of this role's", "該區域不屬此角色", "该区域不属此角色"},
    {"this role undoes only what it said itself", "此角色只能撤銷自己所報", "此角色只能撤销自己所报"},
    {"control or the zone's owner verifies and closes", "須由總控或區域負責人核實並關閉", "须由总控或区域负责人核实并关闭"},
    {"this access was revoked", "此存取權已撤銷", "此访问权已撤销"},
    {"a device reports as one", "裝置只能以裝置身分報告", "设备只能以设备身份报告"},
    // daemon/core: the live venue
    {"control or the decision group calls off a food sample", "留樣任務須由總控或決策組取消", "留样任务须由总控或决策组取消"},
    {"1 to % of a-z, 0-9 and \"-\"", "須為 1 至 %1 個 a-z、0-9 與 \"-\"", "须为 1 至 %1 个 a-z、0-9 与 \"-\""},
    {"no time", "不是有效的時間", "不是有效的时间"},
    {"not 0", "不可為 0", "不可为 0"},
    {"who took the sample: --by", "由誰留樣：--by", "由谁留样：--by"},
    {"1 to % grams", "須為 1 至 %1 克", "须为 1 至 %1 克"},
    {"% to % degrees Celsius", "須為 %1 至 %2 攝氏度", "须为 %1 至 %2 摄氏度"},
    {"at most 10^12 either way", "正負均至多 10^12", "正负均至多 10^12"},
    {"at most a day", "至多一天", "至多一天"},
    {"at most 30 days from now", "至多自現在起 30 天", "至多自现在起 30 天"},
    {"at most % people, four times what may come", "至多 %1 人，即可能到場人數的四倍", "至多 %1 人，即可能到场人数的四倍"},
    {"at most %, four times what is full", "至多 %1，即滿量的四倍", "至多 %1，即满量的四倍"},
    {"at most % batches of one supply", "同一補給品至多 %1 個批次", "同一补给品至多 %1 个批次"},
    {"for a break or for a time", "茶歇與時刻只能取其一", "茶歇与时刻只能取其一"},
    {"a break, or a time", "須指明茶歇或時刻", "须指明茶歇或时刻"},
    {"far from the event", "遠離活動期間", "远离活动期间"},
    {"% would be far from the event", "%1 將遠離活動期間", "%1 将远离活动期间"},
    {"% would end before it begins, or last over a day", "%1 將在開始前結束，或長過一天", "%1 将在开始前结束，或长过一天"},
    {"outside of the event", "在活動期間以外", "在活动期间以外"},
    {"after the start, by at most a day", "須在開始之後，至多一天", "须在开始之后，至多一天"},
    {"planned or cancelled", "planned 或 cancelled", "planned 或 cancelled"},
    {"more than the zone holds", "超過區域可容納的人數", "超过区域可容纳的人数"},
    {"is another one of a calendar", "屬日曆的另一議程", "属日历的另一议程"},
    {"% says already: %", "%1 已寫明：%2", "%1 已写明：%2"},
    {"% begins in over two hours; shift it first", "%1 於兩小時後方開始；請先調整時間", "%1 于两小时后方开始；请先调整时间"},
    {"comes twice", "出現兩次", "出现两次"},
    {"too much text", "文字過多", "文字过多"},
    {"before it was served", "早於供應", "早于供应"},
    {"before it was asked for", "早於提出請求", "早于提出请求"},
    {"that is before its start", "早於其開始", "早于其开始"},
    {"that is over", "該時刻已過", "该时刻已过"},
    {"it is done", "已完成", "已完成"},
    {"it is kept until %", "須保存至 %1", "须保存至 %1"},
    {"log it with batch %", "請以批次 %1 記錄", "请以批次 %1 记录"},
    {"cancelled: %", "已取消：%1", "已取消：%1"},
    {"refilled, and nothing is there", "已補新，存量卻為零", "已补新，存量却为零"},
    {"an incident, a digest or a subject", "事件、彙總、主題只能取其一", "事件、汇总、主题只能取其一"},
    {"there is no notice %", "沒有通知 %1", "没有通知 %1"},
    {"open, crowded, closed, converting ...", "open、crowded、closed、converting 等", "open、crowded、closed、converting 等"},
    {"open, closed, printer-down, offline-list", "open、closed、printer-down、offline-list", "open、closed、printer-down、offline-list"},
    {"without %", "未設 %1", "未设 %1"},
    {"a closed lane has none", "關閉的通道沒有櫃台", "关闭的通道没有柜台"},
    {"1 to %; without any it is closed", "須為 1 至 %1；沒有櫃台即為關閉", "须为 1 至 %1；没有柜台即为关闭"},
    {"it has not ended yet", "尚未結束", "尚未结束"},
    {"more than a day ago", "早於一天之前", "早于一天之前"},
    {"this lane was counted beyond that already", "此通道已計數至更晚的時刻", "此通道已计数至更晚的时刻"},
    {"this lane was counted until then already", "此通道已計數至該時刻", "此通道已计数至该时刻"},
    {"this interval was counted already, with other numbers", "此時段已有計數，數字不同", "此时段已有计数，数字不同"},
    {"it ends before it begins", "結束早於開始", "结束早于开始"},
    {"this lane is closed: nobody waits there", "此通道已關閉，無人排隊", "此通道已关闭，无人排队"},
    {"an interval is at most 4 h", "時段至多 4 小時", "时段至多 4 小时"},
    {"more than 1000 in a minute", "每分鐘超過 1000", "每分钟超过 1000"},
    {"more than 100000", "超過 100000", "超过 100000"},
    {"% has changed: it would not help as it was meant", "%1 已有變更：建議不再有預期的效果", "%1 已有变更：建议不再有预期的效果"},
    {"% was counted after that", "%1 其後已有計數", "%1 其后已有计数"},
    {"% changed after that", "%1 其後已有變更", "%1 其后已有变更"},
    {"% is being converted by %", "%1 正由預案 %2 轉換", "%1 正由预案 %2 转换"},
    {"a time or an incident", "時刻與事件只能取其一", "时刻与事件只能取其一"},
    {"Actual or Exercise", "須為 Actual 或 Exercise", "须为 Actual 或 Exercise"},
    {"Alert, Update or Cancel", "須為 Alert、Update 或 Cancel", "须为 Alert、Update 或 Cancel"},
    {"nothing was done: abort the contingency", "尚無任何步驟完成：請中止預案", "尚无任何步骤完成：请中止预案"},
    {"control or the decision group calls off a step of a contingency", "預案步驟僅可由總控或決策組取消", "预案步骤仅可由总控或决策组取消"},
    {"% would take over, but is out of the plan", "原由 %1 接替，但其已不在方案中", "原由 %1 接替，但其已不在方案中"},
    {"% would take over, but is suspect", "原由 %1 接替，但其可疑", "原由 %1 接替，但其可疑"},
    {"% would take over, but is at fault", "原由 %1 接替，但其故障", "原由 %1 接替，但其故障"},
    {"% would take over, but is in maintenance", "原由 %1 接替，但其維護中", "原由 %1 接替，但其维护中"},
    {"% is out of the plan", "%1 已不在方案中", "%1 已不在方案中"},
    {"% is in maintenance", "%1 維護中", "%1 维护中"},
    {"% is over", "%1 已結束", "%1 已结束"},
    {"% and % in %", "%1 與 %2，同在 %3", "%1 与 %2，同在 %3"},
    // what devices are said to do: in the history, in incidents and their notes
    {"reported as of %", "補報，時刻為 %1", "补报，时刻为 %1"},
    {"heartbeat overdue since %", "自 %1 起無心跳", "自 %1 起无心跳"},
    {"%, over %", "%1，高於 %2", "%1，高于 %2"},
    {"%, under %", "%1，低於 %2", "%1，低于 %2"},
    {"out of order", "故障", "故障"},
    {"% fails again: %", "%1 再次故障：%2", "%1 再次故障：%2"},
    {"recovered", "已恢復", "已恢复"},
    {"flaps: %", "反覆 %1 次", "反复 %1 次"},
    {"in maintenance until %", "維護至 %1", "维护至 %1"},
    {"maintenance ended", "維護結束", "维护结束"},
    {"% takes over", "由 %1 接替", "由 %1 接替"},
    {"spare in %", "備件位於 %1", "备件位于 %1"},
    // daemon/store
    {"committing to the journal: %; % bytes are free", "寫入日誌：%1；剩餘 %2 位元組", "写入日志：%1；剩余 %2 字节"},
    {"writing to the journal; nothing was kept: %", "寫入日誌，未保存任何內容：%1", "写入日志，未保存任何内容：%1"},
    {"beginning the copy: %", "開始複製：%1", "开始复制：%1"},
    {"copying: %", "複製：%1", "复制：%1"},
    {"renaming %: %", "重新命名 %1：%2", "重命名 %1：%2"},
    {"making the folder %: %", "建立資料夾 %1：%2", "建立文件夹 %1：%2"},
    {"syncing the folder %: %", "同步資料夾 %1：%2", "同步文件夹 %1：%2"},
    {"opening the journal: %", "開啟日誌：%1", "打开日志：%1"},
    {"opening %: %", "開啟 %1：%2", "打开 %1：%2"},
    {"% is cut short: % of % bytes", "%1 不完整：共 %3 位元組，僅有 %2", "%1 不完整：共 %3 字节，仅有 %2"},
    {"making room in the journal: %", "為日誌配置空間：%1", "为日志分配空间：%1"},
    {"trimming the journal: %", "修整日誌：%1", "修整日志：%1"},
    {"writing %: %", "寫入 %1：%2", "写入 %1：%2"},
    {"% is held by process %", "%1 正由行程 %2 使用", "%1 正由进程 %2 使用"},
    {"locking %: %", "鎖定 %1：%2", "锁定 %1：%2"},
    {"reading meta: %", "讀取中繼資料：%1", "读取元数据：%1"},
    {"reading the schema: %", "讀取結構版本：%1", "读取结构版本：%1"},
    {"schema %; this venued knows %", "結構版本 %1；此版本僅識 %2", "结构版本 %1；此版本仅识 %2"},
    {"reading the last Change: %", "讀取最後一項變更：%1", "读取最后一项变更：%1"},
    {"Change % fails its checksum", "變更 %1 校驗不符", "变更 %1 校验不符"},
    {"meta says Change %, the last one is %", "中繼資料記為變更 %1，最後一項為 %2", "元数据记为变更 %1，最后一项为 %2"},
    {"% holds no journal yet", "%1 尚無日誌", "%1 尚无日志"},
    {"beginning the journal: %", "建立日誌：%1", "建立日志：%1"},
    {"libsodium cannot be initialised", "libsodium 無法初始化", "libsodium 无法初始化"},
    {"reading the journal: %", "讀取日誌：%1", "读取日志：%1"},
    {"entity % of kind % fails its checksum", "類型 %2 的實體 %1 校驗不符", "类型 %2 的实体 %1 校验不符"},
    {"a record of table % fails its checksum", "表 %1 的一筆記錄校驗不符", "表 %1 的一条记录校验不符"},
    {"an entity has an unreadable key", "某實體的鍵無法讀取", "某实体的键无法读取"},
    {"Change % is missing", "缺少變更 %1", "缺少变更 %1"},
    {"Change % is cut short", "變更 %1 不完整", "变更 %1 不完整"},
    {"Change % cannot be read", "變更 %1 無法讀取", "变更 %1 无法读取"},
    {"Change % says that it is %", "變更 %1 自稱為 %2", "变更 %1 自称为 %2"},
    {"Change % is of epoch %, after one of %", "變更 %1 屬第 %2 次啟動，卻在第 %3 次之後", "变更 %1 属第 %2 次启动，却在第 %3 次之后"},
    {"the chain breaks at Change %", "雜湊鏈在變更 %1 處中斷", "哈希链在变更 %1 处中断"},
    {"meta has another chain than Change %", "中繼資料的雜湊鏈與變更 %1 不同", "元数据的哈希链与变更 %1 不同"},
    {"the watermark % is after the last Change %", "水位 %1 超過最後一項變更 %2", "水位 %1 超过最后一项变更 %2"},
    {"the checkpoint's % % is missing", "存檔中缺少 %1 %2", "存档中缺少 %1 %2"},
    {"the checkpoint's % % is newer than the Changes", "存檔中的 %1 %2 比變更還新", "存档中的 %1 %2 比变更还新"},
    {"the checkpoint's % % differs from the Changes", "存檔中的 %1 %2 與變更不符", "存档中的 %1 %2 与变更不符"},
    {"the checkpoint's % % is older than the watermark allows", "存檔中的 %1 %2 早於水位所容", "存档中的 %1 %2 早于水位所容"},
    {"the checkpoint's % % should not be there", "存檔中不應有 %1 %2", "存档中不应有 %1 %2"},
    {"the checkpoint's % % cannot be read", "存檔中的 %1 %2 無法讀取", "存档中的 %1 %2 无法读取"},
    {"the checkpoint's % % has another id inside", "存檔中的 %1 %2 內含另一識別碼", "存档中的 %1 %2 内含另一标识"},
    {"the checkpoint's % % %", "存檔中的 %1 %2：%3", "存档中的 %1 %2：%3"},
    // daemon/net, as far as clients hear it
    {"see hosts in the configuration", "請見設定中的 hosts", "请见配置中的 hosts"},
    {"see origins in the configuration", "請見設定中的 origins", "请见配置中的 origins"},
    {"this page takes no content", "此頁面不接受內容", "此页面不接受内容"},
    {"at most % bytes", "至多 %1 位元組", "至多 %1 字节"},
    {"%; this is %", "為 %1；此處為 %2", "为 %1；此处为 %2"},
    {"expected a number from 0 to %", "應為 0 至 %1 的數字", "应为 0 至 %1 的数字"},
    {"expected kinds of entities, such as incident,deadline", "應為實體類型，例如 incident,deadline", "应为实体类型，例如 incident,deadline"},
    {"expected kind:id, such as incident:42", "應為 類型:識別碼，例如 incident:42", "应为 类型:标识，例如 incident:42"},
    {"a parameter is too long or wrongly encoded", "參數過長或編碼錯誤", "参数过长或编码错误"},
    {"% is no parameter of this page", "%1 不是此頁面的參數", "%1 不是此页面的参数"},
    // clients
    {"%: more than 1 MiB", "%1：超過 1 MiB", "%1：超过 1 MiB"},
    {"%: neither .csv nor .json", "%1：既非 .csv 亦非 .json", "%1：既非 .csv 亦非 .json"},
    {"there is no column \"%\"", "沒有「%1」這一欄", "没有“%1”这一列"},
    {"this column is there twice", "此欄出現兩次", "此列出现两次"},
    {"the first row names the columns: lane, checked_in, and from, to, arrived, waiting", "首列為欄名：lane、checked_in，以及 from、to、arrived、waiting", "首行为列名：lane、checked_in，以及 from、to、arrived、waiting"},
    {"a whole number is expected", "應為整數", "应为整数"},
    {"09:41 or RFC 3339 is expected", "應為 09:41 或 RFC 3339", "应为 09:41 或 RFC 3339"},
    {"the row has more cells than the first one names", "此列的格數多於首列的欄名", "此行的格数多于首行的列名"},
    {"the row has fewer cells than the first one names", "此列的格數少於首列的欄名", "此行的格数少于首行的列名"},
    {"this cell must say something", "此格不可空白", "此格不可空白"},
    {"a file of at most 500 counts is taken, as one: import it in parts", "一個檔案至多 500 筆計數，整檔納入：請分次匯入", "一个文件至多 500 条计数，整体纳入：请分次导入"},
    {"no cell is like that", "此格內容無效", "此格内容无效"},
    {"the quote that begins here does not end", "自此開始的引號沒有結束", "自此开始的引号没有结束"},
    {"error parsing data while strict checking enabled", "引號位置有誤", "引号位置有误"}, // of libcsv
    {"there is no row of counts", "沒有任何一列計數", "没有任何一行计数"},
    {"there are no counts", "沒有任何計數", "没有任何计数"},
    {"import it in parts", "請分次匯入", "请分次导入"},
    {"an alert is at most 256 KiB", "警報檔案至多 256 KiB", "警报文件至多 256 KiB"},
    {"an alert with a DOCTYPE is not read", "不讀取含有 DOCTYPE 的警報", "不读取含有 DOCTYPE 的警报"},
    {"this is no XML that can be read", "無法作為 XML 讀取", "无法作为 XML 读取"},
    {"an alert of CAP 1.2 is needed", "須為 CAP 1.2 警報", "须为 CAP 1.2 警报"},
    {"a time of the alert cannot be read", "警報中有時刻無法讀取", "警报中有时刻无法读取"},
    {"this is no calendar", "這不是日曆", "这不是日历"},
    {"an END without its BEGIN", "END 沒有對應的 BEGIN", "END 没有对应的 BEGIN"},
    {"nested too deeply", "巢狀過深", "嵌套过深"},
    {"it holds a NUL", "含有 NUL", "含有 NUL"},
    {"% is the name of several zones", "%1 是數個區域的名稱", "%1 是多个区域的名称"},
    {"more than % sessions", "議程超過 %1 項", "议程超过 %1 项"},
    {"repeats more often than daily", "重複頻率高於每日", "重复频率高于每日"},
    {"repeats without end: COUNT or UNTIL is needed", "重複沒有終點：須有 COUNT 或 UNTIL", "重复没有终点：须有 COUNT 或 UNTIL"},
    {"never comes", "永不發生", "永不发生"},
    {"\"%\" cannot be read", "「%1」無法讀取", "“%1”无法读取"},
    {"TENTATIVE, CONFIRMED or CANCELLED is needed", "須為 TENTATIVE、CONFIRMED 或 CANCELLED", "须为 TENTATIVE、CONFIRMED 或 CANCELLED"},
    {"PUBLISH, REQUEST, ADD or CANCEL is needed", "須為 PUBLISH、REQUEST、ADD 或 CANCEL", "须为 PUBLISH、REQUEST、ADD 或 CANCEL"},
    {"is not understood; give EXDATE", "無法辨識；請改用 EXDATE", "无法识别；请改用 EXDATE"},
    {"RANGE is not understood; change each time", "無法辨識 RANGE；請逐次更改", "无法识别 RANGE；请逐次更改"},
    {"there is no such day or hour", "沒有這個日期或時刻", "没有这个日期或时刻"},
    {"a time zone's offset like +0800 is needed", "須有時區偏移，例如 +0800", "须有时区偏移，例如 +0800"},
    {"cannot be read", "無法讀取", "无法读取"},
    {"a time is needed", "需要時刻", "需要时刻"},
    {"comes more than once", "出現不止一次", "出现不止一次"},
    {"TZID % is not known", "TZID %1 無法辨識", "TZID %1 无法识别"},
    {"an end after the start is needed", "結束須在開始之後", "结束须在开始之后"},
    {"the answer cannot be read: %", "無法讀取回應：%1", "无法读取回应：%1"},
    {"an answer to another request came", "收到另一請求的回應", "收到另一请求的回应"},
    {"% bytes; at most %", "%1 位元組；至多 %2", "%1 字节；至多 %2"},
    {"the answer is to another question", "回應與所問不符", "回应与所问不符"},
    {"the answer holds no reply", "回應中沒有答覆", "回应中没有答复"},
    {"%: expected http://host:port or https://host:port", "%1：應為 http://主機:連接埠 或 https://主機:連接埠", "%1：应为 http://主机:端口 或 https://主机:端口"},
    {"%: names no host", "%1：未指明主機", "%1：未指明主机"},
    {"a token has no spaces and only ASCII", "權杖不含空格且僅用 ASCII", "令牌不含空格且仅用 ASCII"},
    {"neither a data folder nor a URL is given", "未指定資料夾或網址", "未指定数据目录或网址"},
    {"no source of randomness", "沒有隨機來源", "没有随机来源"},
    {"it answers and closes at once: is the token right?", "有回應但立即關閉：權杖是否正確？", "有回应但立即关闭：令牌是否正确？"},
    {"%: no beat came", "%1：未收到心跳", "%1：未收到心跳"},
    {"the pages of the state go round in a circle", "狀態分頁循環不止", "状态分页循环不止"},
    {"% is no %", "%1 不是 %2", "%1 不是 %2"},
    {"at most %", "至多 %1", "至多 %1"},
    // "keynote is ended": what it is stands below it, caught last
    {"% is %", "%1：%2", "%1：%2"},
    {"planned", "已排定", "已排定"},
    {"running", "進行中", "进行中"},
    {"ended", "已結束", "已结束"},
    {"cancelled", "已取消", "已取消"},
    {"held", "暫緩供應", "暂缓供应"},
    {"served", "已供應", "已供应"},
    {"sampled", "已留樣", "已留样"},
    {"disposed", "留樣已處置", "留样已处置"},
    {"settling", "靜候更多變更", "静候更多变更"},
    {"waiting", "待批准", "待批准"},
    {"approved", "已批准", "已批准"},
    {"sent", "已發出", "已发出"},
    {"dropped", "已作廢", "已作废"},
    {"open", "進行中", "进行中"},
    {"taken", "已採納", "已采纳"},
    {"measured", "已衡量", "已衡量"},
    {"passed", "未採納", "未采纳"},
    // of the system
    {"No such file or directory", "沒有此檔案或資料夾", "没有此文件或文件夹"},
    {"Permission denied", "權限不足", "权限不足"},
    {"Not a directory", "不是資料夾", "不是文件夹"},
    {"Is a directory", "是資料夾", "是文件夹"},
    {"File exists", "檔案已存在", "文件已存在"},
    {"No space left on device", "裝置空間不足", "设备空间不足"},
    {"Read-only file system", "檔案系統唯讀", "文件系统只读"},
    {"Too many open files", "開啟的檔案過多", "打开的文件过多"},
    {"File too large", "檔案過大", "文件过大"},
    {"Input/output error", "讀寫錯誤", "读写错误"},
    {"Connection refused", "連線被拒", "连接被拒"},
    {"Connection closed", "連線已關閉", "连接已关闭"},
    {"Connection reset", "連線中斷", "连接中断"},
    {"Timed out", "逾時", "超时"},
};
// clang-format on

// ---- matching ----

struct caught {
  const char *from[CAUGHT_MAX];
  size_t size[CAUGHT_MAX];
};

// Whether the whole text is as the pattern says. Each '%' takes as little as it can, at least a byte.
static bool matches(const char *pattern, const char *text, struct caught *caught, size_t count)
{
  while (*pattern != '%') {
    if (*pattern != *text)
      return false;
    if (*pattern == '\0')
      return true;
    pattern++;
    text++;
  }
  if (count == CAUGHT_MAX)
    return false;
  caught->from[count] = text;
  for (size_t size = 1; text[0] != '\0' && text[size - 1] != '\0'; size++) {
    caught->size[count] = size;
    if (matches(pattern + 1, text + size, caught, count + 1))
      return true;
  }
  return false;
}

static bool translate(struct vd_buffer *out, const char *text, Vd__Language language);

// What was caught last may be a detail itself: what the system says of a file.
static void fill(struct vd_buffer *out, const char *words, const struct caught *caught, Vd__Language language)
{
  for (; *words != '\0'; words++) {
    size_t at = words[0] == '%' ? (size_t)(words[1] - '1') : CAUGHT_MAX;
    if (at >= CAUGHT_MAX) {
      vd_buffer_append(out, words, 1);
      continue;
    }
    bool is_end = caught->from[at][caught->size[at]] == '\0';
    if (!is_end || !translate(out, caught->from[at], language))
      vd_buffer_append(out, caught->from[at], caught->size[at]);
    words++;
  }
}

// A pattern that begins with what was found would take a file and its line for it.
static bool begins_with_place(const char *pattern, const struct caught *caught)
{
  const char *colon = pattern[0] == '%' ? strstr(caught->from[0], ": ") : NULL;
  return colon != NULL && colon < caught->from[0] + caught->size[0];
}

// "opening is ended" is one of ours, "all is different" is not.
static bool lacks_state(const char *pattern, const struct caught *caught, Vd__Language language)
{
  struct vd_buffer scratch = {0};
  bool lacks = strcmp(pattern, "% is %") == 0 && !translate(&scratch, caught->from[1], language);
  vd_buffer_finish(&scratch);
  return lacks;
}

static bool translate(struct vd_buffer *out, const char *text, Vd__Language language)
{
  struct caught caught;
  for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
    const char *pattern = details[i].en;
    if (!matches(pattern, text, &caught, 0) || begins_with_place(pattern, &caught) ||
        lacks_state(pattern, &caught, language))
      continue;
    fill(out, language == VD__LANGUAGE__LANGUAGE_ZH_HANT ? details[i].zh_hant : details[i].zh_hans, &caught,
         language);
    return true;
  }
  return false;
}

// Of a language that is none, errors have their words in English too.
static bool is_chinese(Vd__Language language)
{
  return language == VD__LANGUAGE__LANGUAGE_ZH_HANT || language == VD__LANGUAGE__LANGUAGE_ZH_HANS;
}

void vd_detail_words(struct vd_buffer *out, const char *detail, Vd__Language language)
{
  if (is_chinese(language)) {
    const char *rest = detail;
    while (rest != NULL) {
      struct vd_buffer words = {0};
      bool is_known = translate(&words, rest, language);
      if (is_known) {
        vd_buffer_append(out, detail, (size_t)(rest - detail));
        vd_buffer_append(out, words.data, words.size);
      }
      vd_buffer_finish(&words);
      if (is_known)
        return;
      const char *colon = strstr(rest, ": ");
      rest = colon != NULL ? colon + 2 : NULL;
    }
  }
  vd_buffer_append(out, detail, strlen(detail));
}

void vd_refusal_sentence(struct vd_buffer *out, enum vd_err err, const char *detail, Vd__Language language)
{
  vd_buffer_printf(out, "%s", vd_err_sentence(err, language));
  if (*detail == '\0')
    return;
  vd_buffer_printf(out, "%s", is_chinese(language) ? "（" : " (");
  vd_detail_words(out, detail, language);
  vd_buffer_printf(out, "%s", is_chinese(language) ? "）" : ")");
}
