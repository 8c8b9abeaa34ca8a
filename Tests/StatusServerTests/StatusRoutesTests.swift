import Foundation
import HTTPTypes
import Metrics
import Testing

@testable import StatusServer

@Suite struct StatusRoutesTests {
    private func ask(
        _ target: String, of reporter: FixedReporter = FixedReporter(), method: HTTPRequest.Method = .get,
        accept: String? = nil, metrics: PrometheusRegistry = PrometheusRegistry()
    ) async -> (response: StatusResponse, text: String) {
        let response = await StatusRoutes(reporter: reporter, metrics: metrics)
            .respond(to: StatusRequest(method: method, target: target, accept: accept))
        return (response, String(decoding: response.body, as: UTF8.self))
    }

    @Test func statusIsTheReport() async throws {
        let answer = await ask("/api/v1/status", of: FixedReporter(status: .full))
        #expect(answer.response.status == .ok)
        #expect(answer.response.headers[.contentType] == "application/json")
        #expect(answer.response.headers[.cacheControl] == "no-store")
        #expect(answer.response.headers[.contentLength] == String(answer.response.body.count))
        #expect(try JSONDecoder().decode(StatusReport.self, from: Data(answer.response.body)) == .full)
    }

    @Test func aNumberThatJSONLacksDoesNotHideTheReport() async {
        var report = StatusReport.full
        report.votes[0].seconds = .infinity
        let answer = await ask("/api/v1/status", of: FixedReporter(status: report))
        #expect(answer.response.status == .ok)
        #expect(answer.text.contains(#""seconds" : "Infinity""#))
    }

    @Test func rawHasTheShapeOfTheOriginal() async throws {
        let answer = await ask("/raw", of: FixedReporter(status: .full))
        let json = try JSONSerialization.jsonObject(with: Data(answer.response.body))
        let expected: NSDictionary = [
            "wan_ip_state": ["usable": true, "IP": "198.51.100.7"] as NSDictionary,
            "record_state": [
                "in_sync": true,
                "record_data": [
                    "rrset_name": "home.example.com", "rrset_type": "A", "rrset_ttl": 300,
                    "rrset_values": ["198.51.100.7"],
                ] as NSDictionary,
            ] as NSDictionary,
            "poll_date": "2026-11-22 19:11:40",
        ]
        #expect(json as? NSDictionary == expected)
    }

    @Test func rawBeforeTheFirstVerdict() async throws {
        let answer = await ask("/raw")
        let json = try JSONSerialization.jsonObject(with: Data(answer.response.body))
        let expected: NSDictionary = [
            "wan_ip_state": ["usable": false, "IP": [:] as NSDictionary] as NSDictionary,
            "record_state": ["in_sync": false, "record_data": [:] as NSDictionary] as NSDictionary,
            "poll_date": "2026-11-22 19:12:35",
        ]
        #expect(json as? NSDictionary == expected)
    }

    @Test func rawShowsTheRecordThatIsNotInStep() async {
        var report = StatusReport.full
        report.records.append(.init(name: "vpn.example.com", type: "A", phase: .failed, provider: "gandi"))
        let answer = await ask("/raw", of: FixedReporter(status: report))
        #expect(answer.text.contains(#""rrset_name" : "vpn.example.com""#))
        #expect(answer.text.contains(#""in_sync" : false"#))
    }

    @Test(arguments: ["/healthz", "/readyz"])
    func checksThatPassAreOneWord(path: String) async {
        let reporter = FixedReporter(healthChecks: [.passed("loop")], readinessChecks: [.passed("loop")])
        let answer = await ask(path, of: reporter)
        #expect(answer.response.status == .ok)
        #expect(answer.text == "ok")
    }

    @Test(arguments: ["/healthz?verbose", "/healthz?verbose=true", "/healthz?a=b&verbose"])
    func verboseListsThem(target: String) async {
        let answer = await ask(target, of: FixedReporter(healthChecks: [.passed("loop"), .passed("watch")]))
        #expect(answer.response.status == .ok)
        #expect(answer.text == "[+]loop ok\n[+]watch ok\nhealthz check passed\n")
    }

    @Test func aFailureIs503AndAlwaysListed() async {
        let reporter = FixedReporter(
            readinessChecks: [.passed("loop"), .failed("api", because: "no answer\nfor 30 s\r\n[+]forged ok")]
        )
        let answer = await ask("/readyz", of: reporter)
        #expect(answer.response.status == .serviceUnavailable)
        #expect(
            answer.text == "[+]loop ok\n[-]api failed: no answer for 30 s [+]forged ok\nreadyz check failed\n"
        )
        #expect(await ask("/healthz", of: reporter).response.status == .ok)
    }

    @Test func metricsFollowTheAcceptHeader() async {
        let registry = PrometheusRegistry()
        Counter(label: "probes", factory: registry).increment()
        let plain = await ask("/metrics", accept: "*/*", metrics: registry)
        #expect(plain.response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(plain.text.contains("# TYPE probes_total counter\nprobes_total 1\n"))
        let open = await ask("/metrics", accept: "application/openmetrics-text", metrics: registry)
        #expect(open.response.headers[.contentType] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.text.contains("# TYPE probes counter\nprobes_total 1\n"))
    }

    @Test(arguments: [
        "", "*", "/nothing", "/healthz/", "//", "/api/v1/status/..", "/Metrics", "/metrics%00", "/../raw",
    ])
    func anythingElseIs404(target: String) async {
        #expect(await ask(target).response.status == .notFound)
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .patch, .options, .trace])
    func onlyReadingIsAnswered(method: HTTPRequest.Method) async {
        let answer = await ask("/metrics", method: method)
        #expect(answer.response.status == .methodNotAllowed)
        #expect(answer.response.headers[.allow] == "GET, HEAD")
    }
}
