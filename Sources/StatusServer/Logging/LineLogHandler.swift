public import Logging

/// A `LogHandler` that writes one line per event, as text or as JSON.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let output: any LogOutput
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - label: names the component.
    ///   - now: the clock of the lines' times.
    public init(
        label: String,
        format: LogFormat,
        level: Logger.Level = .info,
        output: any LogOutput = DescriptorLogOutput.standardError,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.output = output
        self.metadataProvider = metadataProvider
        self.now = now
    }

    /// Makes every `Logger` of the process write to standard error. To be called once, by an executable.
    public static func bootstrap(format: LogFormat, level: Logger.Level) {
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(label: label, format: format, level: level, metadataProvider: provider)
            },
            metadataProvider: nil
        )
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let error = event.error { all["error"] = .string(String(describing: error)) }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        let line = LogLine(
            time: now(), level: event.level, label: label, message: event.message.description, metadata: all
        )
        output.write(line: line.rendered(format))
    }
}
