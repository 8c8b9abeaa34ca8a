import Logging
import StatusServer
import Testing

@Suite struct LineLogHandlerTests {
    struct Refused: Error, CustomStringConvertible {
        let description = "connection refused"
    }

    private func logger(_ output: LinesOutput, level: Logger.Level = .info) -> Logger {
        Logger(label: "updater") { label in
            LineLogHandler(
                label: label, format: .text, level: level, output: output,
                metadataProvider: Logger.MetadataProvider { ["node": "provided", "trace": "7"] },
                now: { Timestamp(secondsSinceEpoch: 0) }
            )
        }
    }

    @Test func theMostSpecificMetadataWins() {
        let output = LinesOutput()
        var logger = logger(output)
        logger[metadataKey: "node"] = "own"
        logger[metadataKey: "zone"] = "example.com"
        logger.info("written", metadata: ["zone": "example.org"])
        logger[metadataKey: "node"] = nil
        #expect(logger[metadataKey: "zone"] == "example.com")
        logger.info("again")
        #expect(
            output.lines == [
                "1970-01-01T00:00:00.000Z info  updater  written  node=provided trace=7 zone=example.org",
                "1970-01-01T00:00:00.000Z info  updater  again  node=provided trace=7 zone=example.com",
            ]
        )
    }

    @Test func levelsBelowTheThresholdAreSilent() {
        let output = LinesOutput()
        var logger = logger(output, level: .warning)
        logger.info("no")
        logger.warning("yes")
        logger.logLevel = .trace
        logger.trace("now")
        #expect(output.lines.count == 2)
    }

    @Test func aLoggersChangesAreItsOwn() {
        let output = LinesOutput()
        let first = logger(output)
        var second = first
        second.logLevel = .error
        second[metadataKey: "only"] = "second"
        #expect(first.logLevel == .info)
        #expect(first[metadataKey: "only"] == nil)
    }

    @Test func anErrorBecomesMetadata() {
        let output = LinesOutput()
        logger(output).error("lookup failed", error: Refused())
        #expect(output.lines.first?.contains(#"error="connection refused""#) == true)
    }
}
