import DNSRecords
public import Logging
public import NetworkPrimitives
public import StatusServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What every process has: a name, a page and a log.
public struct ProcessSettings: Sendable {
    public var nodeName: String
    /// Where status, metrics and health are served; `nil`: nowhere.
    public var listen: HostPort?
    public var logFormat: LogFormat
    public var logLevel: Logger.Level

    init(reading reader: inout SettingsReader) {
        nodeName = reader.text(SettingCatalog.nodeName) ?? Self.hostName
        listen =
            reader.value(SettingCatalog.listen) { text -> HostPort?? in
                if text == "off" { return .some(nil) }
                // Port 0 lets the system choose; tests and demonstrations use it.
                if text.hasSuffix(":0") {
                    var address = try HostPort(parsing: text.dropLast() + "1")
                    address.port = 0
                    return address
                }
                return try HostPort(parsing: text)
            } ?? nil
        logFormat = reader.value(SettingCatalog.logFormat, LogFormat.init(rawValue:)) ?? .text
        logLevel = reader.value(SettingCatalog.logLevel, Logger.Level.init(rawValue:)) ?? .info
    }

    /// Log settings alone, for reporting that the others are wrong.
    public static func hostNameOfThisMachine() -> String { hostName }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
