import FoundationEssentials
import HTTPTypes

/// What each path answers. Knows nothing of sockets, so that tests can ask without one.
struct StatusRoutes: Sendable {
    let reporter: any StatusReporting
    let metrics: PrometheusRegistry

    private enum Route: String {
        case page = "/"
        case raw = "/raw"
        case status = "/api/v1/status"
        case metrics = "/metrics"
        case health = "/healthz"
        case readiness = "/readyz"
    }

    /// Answers a request. The body belongs to the answer to GET; a transport leaves it out for HEAD.
    func respond(to request: StatusRequest) async -> StatusResponse {
        guard let route = Route(rawValue: request.path) else {
            return .text(
                .notFound, "There is nothing here. Try /, /raw, /api/v1/status, /metrics, /healthz or /readyz.\n")
        }
        guard request.method == .get || request.method == .head else {
            var response = StatusResponse.text(.methodNotAllowed, "Only GET and HEAD are answered.\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        switch route {
        case .page:
            return StatusPage(
                report: await reporter.report(), nonce: StatusPage.makeNonce(),
                isUpdate: request.parameters.contains("update")
            ).response
        case .raw:
            return json(RawReport(report: await reporter.report()))
        case .status:
            return json(await reporter.report())
        case .metrics:
            let format = ExpositionFormat(accept: request.accept)
            let own = StatusMetrics.snapshots(
                report: await reporter.report(), checks: await reporter.health() + reporter.readiness())
            return StatusResponse(
                .ok, contentType: format.contentType, body: metrics.exposition(format, adding: own).utf8)
        case .health:
            return checks(await reporter.health(), of: "healthz", verbose: request.parameters.contains("verbose"))
        case .readiness:
            return checks(await reporter.readiness(), of: "readyz", verbose: request.parameters.contains("verbose"))
        }
    }

    private func json(_ value: some Encodable) -> StatusResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // A number that JSON cannot say, such as an infinite duration, must not take the whole report away.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN"
        )
        do {
            var body = Array(try encoder.encode(value))
            body.append(UInt8(ascii: "\n"))
            return StatusResponse(.ok, contentType: "application/json", body: body)
        } catch {
            return .text(.internalServerError, "The report could not be encoded.\n")
        }
    }

    /// `ok`, or as the API server of Kubernetes lists its checks: where asked to, and always when one fails.
    private func checks(_ checks: [HealthCheck], of name: String, verbose: Bool) -> StatusResponse {
        let failed = checks.contains { $0.failure != nil }
        guard failed || verbose else { return .text(.ok, "ok") }
        var text = ""
        for check in checks {
            let name = Self.oneLine(check.name)
            text += check.failure.map { "[-]\(name) failed: \(Self.oneLine($0))\n" } ?? "[+]\(name) ok\n"
        }
        text += "\(name) check \(failed ? "failed" : "passed")\n"
        return .text(failed ? .serviceUnavailable : .ok, text)
    }

    /// At most 500 characters, without line ends.
    private static func oneLine(_ text: String) -> String {
        String(text.prefix(500).map { $0.isNewline ? " " : $0 })
    }
}
