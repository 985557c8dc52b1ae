extension SourceLocation: CustomStringConvertible {
  /// `lantian.yaml:14:12`.
  package var description: String {
    var text = file
    if line > 0 { text += ":\(line)" }
    if line > 0 && column > 0 { text += ":\(column)" }
    return text
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// `lantian.yaml:14:12: feeds[2].every: "1x" is not a duration: write a number and one of ms, s, m, h, d`.
  package var description: String { prefix(location, path) + fault.text }
}

extension ConfigurationWarning: CustomStringConvertible {
  package var description: String { prefix(location, path) + "warning: " + concern.text }
}

extension ConfigurationFailure: CustomStringConvertible {
  /// One line for each error.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}

private func prefix(_ location: SourceLocation, _ path: String) -> String {
  location.description + ": " + (path.isEmpty ? "" : path + ": ")
}

private func quoted(_ text: String) -> String {
  let limit = 120
  let shown = text.count > limit ? text.prefix(limit) + "…" : Substring(text)
  let escaped = shown.unicodeScalars.map { scalar -> String in
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\"": "\\\""
    default: scalar.value < 0x20 || scalar.value == 0x7F ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
  }
  return "\"" + escaped.joined() + "\""
}

private func advice(nearest: String?, valid: [String]) -> String {
  if let nearest { return "did you mean \(quoted(nearest))?" }
  return valid.isEmpty ? "remove it" : "valid here: " + valid.joined(separator: ", ")
}

extension ConfigurationFault {
  /// The fault and what to do, in one sentence without the place.
  package var text: String {
    switch self {
    case .cannotRead(let reason): "cannot be read: \(reason)"
    case .tooLarge(let limit): "is larger than \(limit) bytes: split it, or check that it is the right file"
    case .notText: "is not UTF-8 text: save the file as UTF-8"
    case .syntax(let problem): "is not valid YAML: \(problem)"
    case .duplicateKeys(let keys):
      "the key \(keys.map(quoted).joined(separator: ", ")) stands more than once in one mapping (the first is shown): "
        + "keep one"
    case .tooDeep(let limit): "is nested more than \(limit) levels deep: flatten it"
    case .tooManyValues(let limit): "holds more than \(limit) values: split it"
    case .tooMany(let what, let limit): "more than \(limit) \(what): remove some"
    case .notAMapping(let found): "expected keys and values at the top of the file, found \(found)"
    case .versionMissing: "the file does not say its version: write \"version: 1\" in its first line"
    case .versionNotFirst: "must be the first key of the file: move it to the top"
    case .versionUnknown(let value): "\(quoted(value)) is not a version this program reads: write 1"
    case .unknownKey(let key, let nearest, let valid):
      "unknown key \(quoted(key)): \(advice(nearest: nearest, valid: valid))"
    case .missingKey(let key, let meaning): "the key \(quoted(key)) is missing: write \(meaning)"
    case .wrongKind(let expected, let found): "expected \(expected), found \(found)"
    case .badValue(let value, let expected):
      (value.map(quoted) ?? "the value (not shown)") + " is not usable: " + expected
    case .unknownName(let value, let what, let nearest, let valid):
      "\(quoted(value)) is no \(what): \(advice(nearest: nearest, valid: valid))"
    case .duplicateName(let value, let what, let first):
      "the \(what) \(quoted(value)) already stands at \(first): keep one of the two or rename one"
    case .secondPlace(let first): "already set at \(first): keep one of the two"
    case .undefinedVariable(let name):
      "the environment variable \(quoted(name)) is not defined: set it, or write $${\(name)} for the text itself"
    case .brokenVariable:
      "a ${ names no variable: write ${NAME}, or $${ for the two characters"
    case .badURL(let value, let reason): "\(quoted(value)) is not a usable URL: \(reason)"
    case .exactlyOne(let keys, let found):
      "expected exactly one of \(keys.joined(separator: ", ")), found "
        + (found.isEmpty ? "none" : found.joined(separator: " and "))
    case .secretUnreadable(let file, let reason): "the secret file \(quoted(file)) cannot be used: \(reason)"
    case .columnMissing(let column, let nearest, let found):
      "the column \(quoted(column)) is missing: "
        + (nearest.map { "did you mean it by \(quoted($0))?" } ?? "the header has " + found.joined(separator: ", "))
    case .badField(let column, let value, let expected): "column \(column): \(quoted(value)) is not usable: \(expected)"
    case .badTable(let reason): reason
    case .moreErrors(let count): "and \(count) more errors: fix the ones above first"
    }
  }
}

extension ConfigurationWarning.Concern {
  /// The concern and what to do, in one sentence without the place.
  package var text: String {
    switch self {
    case .countyWithoutStations(let code, let name): "county \(code) \(name) has no station: it shows no data"
    case .countyUnmonitored(let code, let name):
      "county \(code) \(name) has no assessed station: it is unmonitored, without AQI, level and ledger"
    case .credentialsWithoutTLS: "credentials travel over http unencrypted: use https"
    case .credentialsInURL: "the URL carries a user name or password: move them to auth.basic with password_file"
    case .authorizationInHeaders: "a secret in headers has no file of its own: use auth with a *_file key"
    case .intervalShorterThanTimeout(let every, let timeout):
      "polls every \(every) but may wait \(timeout): slow answers make it skip polls; lower timeout"
    case .connectTimeoutLonger(let connect, let timeout):
      "connect_timeout \(connect) is longer than timeout \(timeout) and never takes effect: lower it"
    case .secretWorldReadable(let file, let mode):
      "the secret file \(quoted(file)) can be read by everybody (mode \(mode)): chmod 0640 or less"
    case .inlineSecretWorldReadable(let mode):
      "a secret stands in a file that everybody can read (mode \(mode)): use the *_file key, or chmod 0640"
    case .unsignedWebhook: "has no secret: the receiver cannot tell who sent it; set secret_file"
    case .notExecutable(let file, let reason): "\(quoted(file)) cannot be executed now: \(reason)"
    case .unknownColumn(let column, let nearest):
      "the column \(quoted(column)) is not read" + (nearest.map { ": did you mean \(quoted($0))?" } ?? "")
    case .boundaryOfNoCounty(let name):
      "the area \(quoted(name)) is of no county in counties.csv: give it the county's name or a code property"
    case .countyWithoutBoundary(let code, let name):
      "county \(code) \(name) has no area here: no position is found in it"
    case .countyContradictsPosition(let station, let given, let found):
      "station \(quoted(station)) is given to county \(given), but its lat and lon lie "
        + (found.map { "in \($0)" } ?? "in no county's boundary") + ": correct one of them"
    case .namedCalibration(let model, let station):
      "\(model) was found for one make of sensors in the United States and takes their cf_1 channel: make sure that pm25 "
        + "of \(quoted(station)) is that channel, or fit a linear calibration against a reference station"
    case .fragmentNotRead: "is not read: fragments are named *.yaml"
    case .noFeeds: "no feed is enabled: nothing will be polled"
    case .listensBeyondLoopback(let address):
      "\(address) is reachable from other machines: put a proxy with TLS and login in front of it"
    case .passwordWithoutTLS(let advice): "the password travels unencrypted: use \(advice)"
    case .shortToken:
      "the token is shorter than \(ConfigurationBounds.shortestTokenBytes) bytes: make one with openssl rand -hex 32"
    case .folderUnusable(let folder, let reason): "the folder \(quoted(folder)) cannot be used now: \(reason)"
    case .overriddenByEnvironment(let variable): "the environment variable \(variable) overrides this value"
    case .budgetWithoutFeeds: "no feed shares this budget: list its feeds, or give feeds its name under budget"
    case .budgetTooSmall(let polls, let requests, let per):
      "its feeds are polled \(polls) times per \(per), more than \(requests): polls will wait; raise every"
    }
  }
}
