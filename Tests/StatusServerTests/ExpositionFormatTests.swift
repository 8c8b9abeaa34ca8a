import StatusServer
import Testing

@Suite struct ExpositionFormatTests {
    /// What Prometheus 3 sends, without the protocol buffers that only it and its histograms need.
    static let prometheus3 = """
        application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
        application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
        text/plain;version=0.0.4;q=0.3,*/*;q=0.2
        """

    @Test(arguments: [
        prometheus3, "application/openmetrics-text", "Application/OpenMetrics-Text; Version=1.0.0",
        "text/plain;q=0.5, application/openmetrics-text;q=0.5", " application/openmetrics-text ; version=0.0.1 ; q=1",
    ])
    func openMetricsWhereItIsNamed(accept: String) {
        #expect(ExpositionFormat(accept: accept) == .openMetrics)
    }

    @Test(arguments: [
        nil, "", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "text/plain",
        "text/plain, application/openmetrics-text;q=0.9", "application/openmetrics-text;q=0",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-text;q=high", ";;,,;q=,=",
    ])
    func plainTextOtherwise(accept: String?) {
        #expect(ExpositionFormat(accept: accept) == .prometheusText)
    }
}
