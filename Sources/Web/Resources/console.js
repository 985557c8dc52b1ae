"use strict";
// The console: one page, live through /api/v1/stream. Text from the server goes in as text, never as markup.

const TEXT = {
  zh: {
    skip: "跳到县区列表", product: "蓝天 · 环境空气质量", overview: "概览", counties: "县（市、区）", targets: "年度目标",
    finding_note: "研判等级是系统的建议，不是政府发布的预警。", targets_note: "年初至今均值 / 目标，µg/m³", events: "最近事件",
    feeds: "数据源", lidars: "激光雷达 · 边界层高度", lidars_note: "梯度法，米", provisional: "本页为初步数据，未经审核；研判等级为建议，预警由政府发布。",
    status_link: "状态", metrics_link: "指标", connecting: "连接中", live: "实时", broken: "连接中断",
    lost: (t) => `连接中断：以下数据停留在 ${t}，正在重新连接…`, lost_never: "无法连接服务，正在重试…",
    speed: (n) => `本页所有数值均为演示，时钟以 ${n} 倍速运行`, simulated: "本页所有数值均为演示",
    county: "县（市、区）", aqi: "实时 AQI", primary: "首要污染物", level: "研判等级（建议）", completeness: "24 h 完整率", lift: "建议解除",
    micro: "微站 PM2.5", since: (t) => `自 ${t}`, basis: { observed: "实况", forecast: "预报" }, running: (n) => `24 h 滑动 AQI ${n}`,
    levels: { none: "无", blue: "蓝色", yellow: "黄色", orange: "橙色", red: "红色" }, advise: (l) => `${l}（建议）`,
    undetermined: "待定", held: (l) => `待定 · 保持${l}`, never: "未知 · 数据不足", unmonitored: "无评价站点", nodata: "数据不足",
    tally: "研判汇总", tally_of: (n) => `${n} 个县（市、区）`, tally_unknown: "待定", system: "系统", newest: "最近更新", feeds_ok: "数据源正常", pending: "待发送通知", ready: "服务",
    ready_yes: "就绪", ready_no: "未就绪", complete_city: "全市完整率", lifts: "建议解除", generation: "配置代次",
    feed: "数据源", state: "状态", last_success: "上次成功", next_poll: "下次轮询", readings: "读数", error: "最近错误",
    feed_state: { ok: "正常", late: "迟到", failing: "失败", open: "熔断", frozen: "数值冻结" },
    target_state: { on_course: "进度正常", at_risk: "有风险", missed: "已超目标", met: "已完成", unknown: "未知" },
    kinds: { level: "研判", alert: "预警", data: "数据", watch: "值守", task: "任务", notice: "提示", reminder: "提醒" }, drill: "演练",
    no_events: "尚无事件", no_feeds: "没有数据源", no_lidars: "没有激光雷达", no_targets: "没有目标表", no_layer: "未见边界层", days: (n, m) => `${n} 天有效${m ? `，缺 ${m} 天` : ""}`,
    allowed: (v) => `余下均值须 ≤ ${v}`, no_number: "未给数值", partial: (names) => `缺 ${names}，实际不低于此值`, incomplete: "数据不完整", other: "其他指标", theme: { auto: "自动配色", light: "浅色", dark: "深色" }, language: "English",
    indicators: { annual_mean: "年均值", heavy_days: "重污染天数", good_days: "优良天数", good_days_ratio: "优良天数比例", so2_heating_season_hour_max: "采暖期 SO₂ 小时最大值", dustfall: "降尘量", leave_worst_ten: "退出全省后十", total_emission_cut: "污染物总量减排" }, legend_aqi: "AQI 类别", legend_level: "研判等级",
    units: { "ug/m3": "µg/m³", d: "天" }, week: ["日", "一", "二", "三", "四", "五", "六"], categories: ["优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"],
  },
  en: {
    skip: "Skip to the counties", product: "Lantian · ambient air quality", overview: "Overview", counties: "Counties", targets: "Targets of the year",
    finding_note: "Levels are the system's recommendation, not alerts declared by the government.", targets_note: "Mean of the year to date / target, µg/m³", events: "Recent events",
    feeds: "Feeds", lidars: "Lidars · boundary layer", lidars_note: "gradient method, metres", provisional: "Provisional data, not reviewed. Levels are recommendations; alerts are declared by the government.",
    status_link: "Status", metrics_link: "Metrics", connecting: "Connecting", live: "Live", broken: "Connection lost",
    lost: (t) => `Connection lost: the values below are those of ${t}. Reconnecting…`, lost_never: "The service cannot be reached. Trying again…",
    speed: (n) => `Every value on this page is made up; the clock runs ${n} times as fast`, simulated: "Every value on this page is made up",
    county: "County", aqi: "Real-time AQI", primary: "Primary", level: "Level (recommended)", completeness: "24 h complete", lift: "Lifting proposed",
    micro: "Micro PM2.5", since: (t) => `since ${t}`, basis: { observed: "observed", forecast: "forecast" }, running: (n) => `running 24 h AQI ${n}`,
    levels: { none: "None", blue: "Blue", yellow: "Yellow", orange: "Orange", red: "Red" }, advise: (l) => `${l} (recommended)`,
    undetermined: "Indeterminate", held: (l) => `Indeterminate · ${l} held`, never: "Unknown · too few data", unmonitored: "No assessed station", nodata: "too few data",
    tally: "Levels", tally_of: (n) => `${n} counties`, tally_unknown: "Unclear", system: "System", newest: "Latest update", feeds_ok: "Feeds in order", pending: "Notices waiting", ready: "Service",
    ready_yes: "ready", ready_no: "not ready", complete_city: "Complete, city", lifts: "To lift", generation: "Configuration",
    feed: "Feed", state: "State", last_success: "Last success", next_poll: "Next poll", readings: "Readings", error: "Last error",
    feed_state: { ok: "ok", late: "late", failing: "failing", open: "open", frozen: "frozen" },
    target_state: { on_course: "on course", at_risk: "at risk", missed: "missed", met: "met", unknown: "unknown" },
    kinds: { level: "Level", alert: "Alert", data: "Data", watch: "Watch", task: "Task", notice: "Notice", reminder: "Reminder" }, drill: "DRILL",
    no_events: "No events yet", no_feeds: "No feeds", no_lidars: "No lidars", no_targets: "No target table", no_layer: "no layer seen", days: (n, m) => `${n} valid days${m ? `, ${m} missing` : ""}`,
    allowed: (v) => `rest of the year ≤ ${v}`, no_number: "no number given", partial: (names) => `without ${names}: at least this`, incomplete: "incomplete", other: "Other indicators", theme: { auto: "Auto", light: "Light", dark: "Dark" }, language: "中文",
    indicators: { annual_mean: "annual mean", heavy_days: "heavy-pollution days", good_days: "good days", good_days_ratio: "share of good days", so2_heating_season_hour_max: "highest SO₂ hour, heating season", dustfall: "dustfall", leave_worst_ten: "leave the worst ten", total_emission_cut: "emission cuts" }, legend_aqi: "AQI", legend_level: "Levels",
    units: { "ug/m3": "µg/m³", d: "days" }, week: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], categories: ["Excellent", "Good", "Light", "Moderate", "Heavy", "Severe"],
  },
};
const LABELS = { pm25: "PM2.5", pm10: "PM10", so2: "SO₂", no2: "NO₂", o3: "O₃", co: "CO", o3_8h: "O₃-8h" };
const LEVEL_ORDER = ["none", "blue", "yellow", "orange", "red"];
const SVG = "http://www.w3.org/2000/svg";
const EVENTS_KEPT = 60;
const SILENCE_MS = 35000;

const $ = (id) => document.getElementById(id);
const store = {
  get(key, fallback) { try { return localStorage.getItem(`lantian.${key}`) || fallback; } catch { return fallback; } },
  set(key, value) { try { localStorage.setItem(`lantian.${key}`, value); } catch { /* a private window keeps nothing */ } },
};
const state = {
  site: null, at: null, counties: [], stations: [], targets: [], feeds: [], status: null, events: [], lastId: null,
  clock: null, sort: { key: "order", down: false }, language: store.get("language", "zh"), theme: store.get("theme", "auto"),
};
let T = TEXT[state.language] || TEXT.zh;

// ---- building blocks

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}
function bar(share, extra = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 10"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("aria-hidden", "true");
  const add = (x, width, name) => {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("x", x); rect.setAttribute("width", Math.max(0, width)); rect.setAttribute("height", 10);
    if (name) rect.setAttribute("class", name);
    svg.append(rect);
  };
  if (extra.goal) {
    // The target stands at two thirds of the track; what is above it shows in another colour.
    const mark = 66.7, end = Math.min(100, share * mark);
    add(0, 100, "track"); add(0, Math.min(end, mark), "fill"); add(mark, end - mark, "over"); add(mark - 0.6, 1.2, "mark-line");
  } else add(0, Math.min(100, share * 100));
  return svg;
}
const number = (value, digits = 0) => value === null || value === undefined ? "—" : value.toFixed(digits);
const digitsOf = (pollutant) => pollutant === "co" ? 1 : 0;
const moment = (text) => text ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : "—";
const category = (aqi) => aqi === null ? 0 : aqi <= 50 ? 1 : aqi <= 100 ? 2 : aqi <= 150 ? 3 : aqi <= 200 ? 4 : aqi <= 300 ? 5 : 6;
const nameOf = (unit) => state.language === "zh" ? unit.name_zh : unit.name_en || unit.name_zh;
const isAggregate = (code) => state.site && (code === state.site.code || code === `${state.site.code}-urban`);
function countyName(code) {
  const unit = state.counties.find((one) => one.code === code);
  return unit ? nameOf(unit) : code;
}

// ---- pieces

const partialWords = (aqi) => T.partial(aqi.missing.map((name) => LABELS[name] || name).join("、"));
function aqiChip(aqi) {
  const c = category(aqi.realtime);
  const words = c ? (state.language === "zh" ? aqi.category : aqi.category_en) || T.categories[c - 1] : T.nodata;
  const primary = aqi.primary.map((name) => LABELS[name] || name).join("、");
  const partial = aqi.realtime !== null && aqi.missing.length ? partialWords(aqi) : "";
  return h("span", { class: `aqi ${c ? `c${c}` : "none"}`, title: partial || null }, h("b", {}, aqi.realtime === null ? "—" : `${partial ? "≥" : ""}${aqi.realtime}`), h("span", {}, words, primary && h("small", {}, primary), partial && h("small", {}, partial)));
}
function levelBadge(level) {
  const on = level.name !== "none" ? `on ${level.name}` : "";
  if (level.state === "unmonitored") return h("span", { class: "level absent" }, T.unmonitored);
  if (level.state === "indeterminate") {
    const words = level.since === null && !on ? T.never : on ? T.held(T.levels[level.name]) : T.undetermined;
    return h("span", { class: `level unknown ${on}` }, h("i", { "aria-hidden": "true" }), words);
  }
  if (!on) return h("span", { class: "level clear" }, h("i", { "aria-hidden": "true" }), T.levels.none);
  return h("span", { class: `level ${on}` }, h("i", { "aria-hidden": "true" }), T.advise(T.levels[level.name]));
}
function levelCell(level) {
  const notes = [];
  if (level.since && level.name !== "none") notes.push(T.since(moment(level.since)), T.basis[level.basis] || level.basis);
  if (level.running_aqi !== null && level.running_aqi !== undefined) notes.push(T.running(level.running_aqi));
  return [levelBadge(level), notes.length ? h("small", { class: "since" }, notes.join(" · ")) : null];
}
function valueText(values, pollutant) {
  const one = values[pollutant];
  if (!one || one.value === null || one.state === "indeterminate") return h("span", { class: "value gone", title: T.nodata }, "—");
  return h("span", { class: `value ${one.state}`, title: `${one.window} · ${moment(one.end)}${one.state === "incomplete" ? ` · ${T.incomplete}` : ""}` }, number(one.value, digitsOf(pollutant)));
}
function meter(share) {
  return h("span", { class: `meter ${share < 0.75 ? "low" : ""}` }, bar(share), `${Math.floor(share * 100)}%`);
}
const cell = (label, content, names = "") => h("td", { role: "cell", "data-label": label, class: names }, content);
function heads(row, titles) { row.replaceChildren(...titles.map(([text, names]) => h("th", { scope: "col", role: "columnheader", class: names }, text))); }
function fill(body, rows, columns, empty) { body.replaceChildren(...(rows.length ? rows : [h("tr", { role: "row" }, h("td", { role: "cell", class: "empty full", colspan: columns }, empty))])); }

// ---- sections

function renderHeadline() {
  const cards = state.counties.filter((unit) => isAggregate(unit.code)).map((unit) => {
    const c = category(unit.aqi.realtime);
    const primary = unit.aqi.primary.map((name) => LABELS[name] || name).join("、");
    return h("article", { class: `card unit ${c ? `c${c}` : ""}` },
      h("h3", {}, nameOf(unit), levelBadge(unit.level)),
      h("div", { class: "big" }, h("b", {}, unit.aqi.realtime === null ? "—" : `${unit.aqi.missing.length ? "≥" : ""}${unit.aqi.realtime}`), h("span", {}, c ? (state.language === "zh" ? unit.aqi.category : T.categories[c - 1]) : T.nodata)),
      h("dl", {}, ["pm25", "pm10", "so2", "no2", "o3", "co"].map((name) => h("div", {}, h("dt", {}, LABELS[name]), h("dd", {}, valueText(unit.values, name))))),
      h("p", { class: "primary" }, [primary && `${T.primary} ${primary}`, unit.aqi.realtime !== null && unit.aqi.missing.length && partialWords(unit.aqi), unit.level.running_aqi !== null && T.running(unit.level.running_aqi), `${T.completeness} ${Math.floor(unit.completeness * 100)}%`].filter(Boolean).join(" · ")));
  });
  const counties = state.counties.filter((unit) => !isAggregate(unit.code));
  const unclear = counties.filter((unit) => unit.level.state === "indeterminate");
  const count = (name) => counties.filter((unit) => unit.level.name === name && (name !== "none" || unit.level.state === "known")).length;
  const tile = (name, words, n) => h("div", { class: `${name} ${n ? "has" : "zero"}` }, h("b", {}, String(n)), h("span", {}, words));
  const lifts = counties.filter((unit) => unit.level.lift_proposed_since).length;
  cards.push(h("article", { class: "card" }, h("header", {}, h("h3", {}, T.tally), h("p", {}, T.tally_of(counties.length))),
    h("div", { class: "tally" }, ["red", "orange", "yellow"].map((name) => tile(name, T.levels[name], count(name))), tile("plain", T.levels.none, count("none")), tile("plain", T.tally_unknown, unclear.length), tile("plain", T.lifts, lifts))));
  const good = state.feeds.filter((feed) => feed.state === "ok").length;
  const pending = state.status ? state.status.hooks.reduce((sum, hook) => sum + hook.queue_length, 0) : 0;
  const city = state.counties.find((unit) => state.site && unit.code === state.site.code);
  const fact = (name, value) => h("li", {}, h("span", {}, name), h("b", {}, value));
  cards.push(h("article", { class: "card" }, h("header", {}, h("h3", {}, T.system)), h("ul", { class: "facts" },
    fact(T.newest, state.at ? state.at.slice(0, 19).replace("T", " ") : "—"), fact(T.feeds_ok, `${good} / ${state.feeds.length}`),
    city && fact(T.complete_city, `${Math.floor(city.completeness * 100)}%`), fact(T.pending, String(pending)),
    state.status && fact(T.ready, state.status.ready ? T.ready_yes : T.ready_no))));
  $("headline").replaceChildren(...cards);
}

const SORTS = {
  order: () => 0, aqi: (unit) => unit.aqi.realtime ?? -1, level: (unit) => LEVEL_ORDER.indexOf(unit.level.name) + (unit.level.state === "indeterminate" ? 0.5 : 0),
  pm25: (unit) => unit.values.pm25?.value ?? -1, pm10: (unit) => unit.values.pm10?.value ?? -1, so2: (unit) => unit.values.so2?.value ?? -1, completeness: (unit) => unit.completeness,
};
function renderCountyHead() {
  const columns = [["order", T.county], ["aqi", T.aqi], ["level", T.level], ["lift", T.lift], ["pm25", "PM2.5", "num"], ["pm10", "PM10", "num"], ["so2", "SO₂", "num"], ["micro", T.micro, "num"], ["completeness", T.completeness]];
  $("county-head").replaceChildren(...columns.map(([key, text, names]) => {
    const sorted = state.sort.key === key && key !== "order" ? (state.sort.down ? "descending" : "ascending") : null;
    if (!SORTS[key]) return h("th", { scope: "col", role: "columnheader", class: names }, text);
    const button = h("button", { type: "button", "data-sort": key }, text);
    button.addEventListener("click", () => {
      state.sort = { key, down: state.sort.key === key ? !state.sort.down : true };
      renderCountyHead(); renderCounties();
      document.querySelector(`[data-sort="${key}"]`).focus();
    });
    return h("th", { scope: "col", role: "columnheader", class: names, "aria-sort": sorted }, button);
  }));
}
function renderCounties() {
  const by = SORTS[state.sort.key], sign = state.sort.down ? -1 : 1;
  const sums = state.counties.filter((unit) => isAggregate(unit.code));
  const rest = state.counties.filter((unit) => !isAggregate(unit.code));
  if (state.sort.key !== "order") rest.sort((a, b) => sign * (by(a) - by(b)));
  fill($("county-rows"), [...sums, ...rest].map((unit) => h("tr", { role: "row", class: isAggregate(unit.code) ? "sum" : null },
    h("th", { scope: "row", role: "rowheader" }, nameOf(unit), unit.group && state.language === "zh" ? h("small", {}, unit.group) : null),
    cell(T.aqi, aqiChip(unit.aqi), "full"), cell(T.level, h("div", {}, levelCell(unit.level)), "full"),
    cell(T.lift, unit.level.lift_proposed_since ? h("span", { class: "lift" }, T.since(moment(unit.level.lift_proposed_since))) : "", unit.level.lift_proposed_since ? "full" : "blank"),
    ...["pm25", "pm10", "so2"].map((name) => cell(LABELS[name], valueText(unit.values, name), "num")),
    cell(T.micro, h("span", { class: "dim" }, valueText(unit.micro, "pm25")), "num"), cell(T.completeness, meter(unit.completeness), "full"))), 9, T.connecting);
}
function renderLegend() {
  $("legend").replaceChildren(
    h("span", { class: "swatches" }, `${T.legend_aqi}: `, T.categories.map((words, index) => h("span", { class: `swatch c${index + 1}` }, words))),
    h("span", { class: "swatches" }, `${T.legend_level}: `, ["yellow", "orange", "red"].map((name) => levelBadge({ name, state: "known", since: "" })), levelBadge({ name: "none", state: "indeterminate", since: null })));
}
function indicatorName(name) {
  const match = /^([a-z0-9]+)_annual_mean$/.exec(name);
  return match ? `${LABELS[match[1]] || match[1]} ${T.indicators.annual_mean}` : T.indicators[name] || name;
}
function targetState(target) {
  return h("span", { class: `pill ${target.state}`, title: (state.language === "zh" ? target.reason : target.reason_en) || null }, T.target_state[target.state] || target.state);
}
function goalCell(target) {
  if (!target) return cell("", "", "blank");
  const value = target.to_date.value;
  const known = value !== null && target.target !== null;
  return cell(indicatorName(target.indicator), h("div", { class: "goal" },
    h("span", {}, h("b", {}, number(value, 1)), h("span", { class: "dim" }, ` / ${target.target === null ? T.no_number : number(target.target)}`)),
    known ? bar(value / target.target, { goal: true }) : h("span", {}), targetState(target),
    h("small", { class: "since" }, target.remaining_mean_allowed !== null ? T.allowed(number(target.remaining_mean_allowed, 1)) : T.days(target.to_date.days, target.to_date.missing))), "full");
}
function renderTargets() {
  const year = state.targets.reduce((newest, target) => Math.max(newest, target.year), 0);
  const shown = state.targets.filter((target) => target.year === year);
  const means = ["pm10", "so2", "pm25", "no2"].map((name) => `${name}_annual_mean`);
  const perCounty = shown.filter((target) => !isAggregate(target.county) && means.includes(target.indicator));
  const columns = means.filter((name) => perCounty.some((target) => target.indicator === name));
  $("targets-title").textContent = year ? `${T.targets} ${year}` : T.targets;
  heads($("target-head"), [[T.county], ...columns.map((name) => [indicatorName(name)])]);
  const codes = [...new Set(perCounty.map((target) => target.county))];
  fill($("target-rows"), codes.map((code) => h("tr", { role: "row" }, h("th", { scope: "row", role: "rowheader" }, countyName(code)),
    columns.map((name) => goalCell(perCounty.find((target) => target.county === code && target.indicator === name))))), columns.length + 1, T.no_targets);
  const others = shown.filter((target) => !perCounty.includes(target));
  const order = { missed: 0, at_risk: 1, unknown: 3 };
  others.sort((a, b) => (isAggregate(b.county) - isAggregate(a.county)) || (order[a.state] ?? 2) - (order[b.state] ?? 2));
  $("target-other").replaceChildren(...(others.length ? [h("ul", { class: "other" }, others.map((target) => h("li", {}, h("b", {}, countyName(target.county)), indicatorName(target.indicator),
    h("span", {}, `${number(target.to_date.value, target.unit === "ug/m3" ? 1 : 0)} / ${target.target === null ? T.no_number : number(target.target)}${target.target === null ? "" : ` ${(T.units[target.unit] || target.unit)}`}`), targetState(target),
    h("small", { class: "dim" }, (state.language === "zh" ? target.reason : target.reason_en) || ""))))] : []));
}
function renderEvents() {
  const rows = state.events.slice(-EVENTS_KEPT).reverse().map((event) => {
    const level = event.kind === "level" ? (LEVEL_ORDER.indexOf(event.to) > 0 ? event.to : LEVEL_ORDER.indexOf(event.from) > 0 ? event.from : "") : "";
    const change = event.kind === "level" ? `${T.levels[event.from] || event.from} → ${T.levels[event.to] || event.to}` : "";
    return h("li", { class: level }, h("div", { class: "meta" }, h("time", { datetime: event.at }, moment(event.at)), h("span", { class: "kind" }, T.kinds[event.kind] || event.kind),
      h("span", {}, countyName(event.county)), change && h("span", {}, change), event.drill && h("span", { class: "drill" }, T.drill), h("span", {}, `#${event.sequence}`)),
      h("p", {}, (state.language === "zh" ? event.text_zh : event.text_en || event.text_zh).split("\n")[0]));
  });
  $("event-rows").replaceChildren(...(rows.length ? rows : [h("li", { class: "empty" }, T.no_events)]));
}
function renderFeeds() {
  heads($("feed-head"), [[T.feed], [T.state], [T.last_success], [T.next_poll], [T.readings, "num"], [T.error]]);
  const rank = { failing: 0, open: 0, frozen: 1, late: 2, ok: 3 };
  const feeds = [...state.feeds].sort((a, b) => rank[a.state] - rank[b.state]);
  fill($("feed-rows"), feeds.map((feed) => h("tr", { role: "row" }, h("th", { scope: "row", role: "rowheader" }, feed.name),
    cell(T.state, h("span", { class: `pill ${feed.state}` }, T.feed_state[feed.state] || feed.state)), cell(T.last_success, moment(feed.last_success)), cell(T.next_poll, moment(feed.next_poll)),
    cell(T.readings, feed.readings.toLocaleString("en"), "num"),
    cell(T.error, feed.publication && feed.publication.late ? h("div", { class: "error" }, state.language === "zh" ? feed.publication.reason_zh : feed.publication.reason) : feed.last_error ? h("div", { class: `error ${feed.state === "ok" ? "past" : ""}` }, h("small", {}, `${moment(feed.last_error.at)} · ${feed.last_error.code}`), feed.last_error.message) : "", feed.last_error || (feed.publication && feed.publication.late) ? "full" : "blank"))), 6, T.no_feeds);
  $("feeds-note").textContent = `${feeds.filter((feed) => feed.state === "ok").length} / ${feeds.length} ${T.feed_state.ok}`;
}
function renderLidars() {
  const rows = state.stations.filter((station) => station.class === "lidar").map((station) => h("li", {},
    h("span", {}, h("b", {}, station.name), h("small", {}, ` ${station.county ? countyName(station.county) : ""}`)),
    h("span", {}, station.layer_height === null ? h("small", {}, T.no_layer) : h("b", {}, `${Math.round(station.layer_height)} m`), h("small", {}, ` ${moment(station.last_seen).slice(6)}`)),
    bar(station.layer_height === null ? 0 : station.layer_height / 3000)));
  $("lidar-rows").replaceChildren(...(rows.length ? rows : [h("li", { class: "empty" }, T.no_lidars)]));
}
function renderChrome() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = T[element.dataset.t];
  const site = state.site ? state.site.name : "蓝天";
  $("site").textContent = site;
  document.title = `${site} · 蓝天 Lantian`;
  $("language").textContent = T.language;
  $("language").lang = state.language === "zh" ? "en" : "zh-CN";
  $("theme").textContent = T.theme[state.theme];
  const status = state.status;
  $("simulated").hidden = !(status && status.simulated);
  if (status) {
    $("simulated-text").textContent = status.speed !== 1 ? T.speed(status.speed) : T.simulated;
    $("version").textContent = `lantian ${status.version} · ${T.generation} ${status.configuration.generation}`;
  }
}
function renderClock() {
  if (!state.clock) return;
  const civil = new Date(state.clock.civil + (performance.now() - state.clock.read) * state.clock.speed);
  const text = civil.toISOString();
  $("time").textContent = state.clock.speed > 1 ? text.slice(11, 16) : text.slice(11, 19);
  const week = T.week[civil.getUTCDay()];
  $("date").textContent = state.language === "zh"
    ? `${civil.getUTCFullYear()}年${civil.getUTCMonth() + 1}月${civil.getUTCDate()}日 星期${week} ${state.clock.offset}` : `${week} ${text.slice(0, 10)} ${state.clock.offset}`;
}

const RENDER = { chrome: renderChrome, headline: renderHeadline, countyHead: renderCountyHead, counties: renderCounties, legend: renderLegend, targets: renderTargets, events: renderEvents, feeds: renderFeeds, lidars: renderLidars };
const due = new Set();
function schedule(...names) {
  // A timer and not an animation frame: a page in the background stays right too.
  if (!due.size) setTimeout(() => { const names = [...due]; due.clear(); for (const name of names) RENDER[name](); }, 16);
  for (const name of names.length ? names : Object.keys(RENDER)) due.add(name);
}

// ---- data

function merge(list, changes, key) {
  const byKey = new Map(changes.map((one) => [key(one), one]));
  return list.map((one) => byKey.get(key(one)) || one);
}
function setStatus(status) {
  state.status = status;
  const civil = Date.parse(`${status.now.slice(0, 19)}Z`);
  state.clock = { civil, read: performance.now(), speed: status.speed, offset: status.now.replace(/^.*?([+-]\d\d:\d\d|Z)$/, "$1") };
}
function takeSnapshot(data) {
  state.site = data.site;
  state.at = data.at;
  state.counties = data.counties;
  state.stations = data.stations;
  state.targets = data.targets;
  state.feeds = data.feeds;
  setStatus(data.status);
  $("main").classList.remove("loading");
  if (state.lastId === null) loadEvents(data.last_sequence);
  schedule();
}
function takeValues(data) {
  state.at = data.at;
  const names = ["headline"];
  if (data.counties) { state.counties = merge(state.counties, data.counties, (one) => one.code); names.push("counties"); }
  if (data.stations) { state.stations = merge(state.stations, data.stations, (one) => one.id); names.push("lidars"); }
  if (data.targets) { state.targets = merge(state.targets, data.targets, (one) => `${one.year} ${one.county} ${one.indicator}`); names.push("targets"); }
  if (data.feeds) { state.feeds = merge(state.feeds, data.feeds, (one) => one.name); names.push("feeds"); }
  if (data.status) { setStatus(data.status); names.push("chrome"); }
  schedule(...names);
}
function takeEvents(events) {
  for (const event of events) if (!state.events.some((one) => one.sequence === event.sequence)) state.events.push(event);
  state.events.sort((a, b) => a.sequence - b.sequence);
  state.events = state.events.slice(-EVENTS_KEPT);
  schedule("events");
}
async function loadEvents(last) {
  try {
    const answer = await fetch(`/api/v1/events?since=${Math.max(0, last - EVENTS_KEPT)}&limit=${EVENTS_KEPT}`);
    if (answer.ok) takeEvents((await answer.json()).data);
  } catch { /* the stream tells when the connection is back */ }
}

// ---- the stream

let source = null, retryMs = 1000, silence = null, lostTimer = null, retryTimer = null;
function setLink(name) {
  $("link").className = `link ${name === "live" ? "live" : name === "broken" ? "broken" : "waiting"}`;
  $("link").dataset.state = name;
  $("link-text").textContent = T[name];
}
function alive() {
  clearTimeout(silence); clearTimeout(lostTimer);
  lostTimer = null; retryMs = 1000;
  silence = setTimeout(reopen, SILENCE_MS);
  if ($("link").dataset.state !== "live") { setLink("live"); $("lost").hidden = true; $("main").classList.remove("stale"); }
}
function lost() {
  if (lostTimer) return;
  setLink("broken");
  lostTimer = setTimeout(() => {
    $("lost").textContent = state.at ? T.lost(state.at.slice(0, 19).replace("T", " ")) : T.lost_never;
    $("lost").hidden = false;
    $("main").classList.toggle("stale", state.at !== null);
  }, 1500);
}
function reopen() {
  if (source) source.close();
  source = null;
  lost();
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, retryMs * (0.75 + Math.random() / 2));
  retryMs = Math.min(retryMs * 2, 15000);
}
function connect() {
  if (source) source.close();
  source = new EventSource(`/api/v1/stream?include=counties,lidars,targets,feeds,status${state.lastId === null ? "" : `&lastEventId=${state.lastId}`}`);
  const on = (name, take) => source.addEventListener(name, (message) => { alive(); take(JSON.parse(message.data), message); });
  on("snapshot", takeSnapshot);
  on("values", takeValues);
  on("event", (event) => { state.lastId = event.sequence; takeEvents([event]); });
  // The browser's own reconnection ends at the first answer that is not a stream, so this page reconnects itself.
  source.addEventListener("error", reopen);
  clearTimeout(silence);
  silence = setTimeout(reopen, SILENCE_MS);
}

// ---- choices of the reader

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
function applyTheme() { document.documentElement.dataset.theme = state.theme === "auto" ? (prefersDark.matches ? "dark" : "light") : state.theme; }
prefersDark.addEventListener("change", applyTheme);
$("theme").addEventListener("click", () => {
  const order = ["auto", "light", "dark"];
  state.theme = order[(order.indexOf(state.theme) + 1) % 3];
  store.set("theme", state.theme);
  applyTheme(); schedule("chrome");
});
$("language").addEventListener("click", () => {
  state.language = state.language === "zh" ? "en" : "zh";
  T = TEXT[state.language];
  store.set("language", state.language);
  setLink($("link").dataset.state || "connecting");
  schedule(); renderClock();
});
applyTheme();
renderChrome();
renderCountyHead();
renderLegend();
setLink("connecting");
setInterval(renderClock, 250);
connect();
