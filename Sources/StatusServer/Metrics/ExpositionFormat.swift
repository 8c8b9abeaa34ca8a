/// The two text formats that Prometheus and its kin read.
public enum ExpositionFormat: Sendable, CaseIterable {
    /// Prometheus text exposition, version 0.0.4.
    case prometheusText
    /// OpenMetrics, version 1.0.0.
    case openMetrics

    /// Value of `Content-Type`.
    public var contentType: String {
        switch self {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format that an `Accept` header asks for: OpenMetrics only where it is named, in a version that is written
    /// here, and liked at least as much as plain text.
    public init(accept: String?) {
        var openMetrics = 0.0
        var plainText = 0.0
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
            guard let type = parts.first else { continue }
            var quality = 1.0
            var version: String?
            for parameter in parts.dropFirst() {
                let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces() }
                guard pair.count == 2 else { continue }
                if pair[0] == "q" {
                    quality = Double(pair[1]).map { min(max($0, 0), 1) } ?? 0
                } else if pair[0] == "version" {
                    version = String(pair[1])
                }
            }
            switch type {
            case "application/openmetrics-text" where version == nil || version == "1.0.0" || version == "0.0.1":
                openMetrics = max(openMetrics, quality)
            case "text/plain":
                plainText = max(plainText, quality)
            default:
                break
            }
        }
        self = openMetrics > 0 && openMetrics >= plainText ? .openMetrics : .prometheusText
    }
}

extension StringProtocol {
    /// Without spaces and tabs at either end.
    fileprivate func trimmingSpaces() -> SubSequence {
        let start = firstIndex { $0 != " " && $0 != "\t" } ?? endIndex
        let end = self[start...].lastIndex { $0 != " " && $0 != "\t" }.map(index(after:)) ?? start
        return self[start..<end]
    }
}
