import Testing

@testable import DNSRecords

@Suite struct DictionarySettingsTests {
    @Test func descriptionsShowNamesAndNoValues() {
        struct Holder { var settings: any ProviderSettings }
        let settings = DictionarySettings(
            ["ESDDNS_GANDI_TOKEN": "hush", "ESDDNS_ZONE": "example.com"], prefix: "ESDDNS_")
        var dumped = ""
        dump(Holder(settings: settings), to: &dumped)
        for text in [
            "\(settings)", String(reflecting: settings), "\(Holder(settings: settings))", "\([settings])", dumped,
        ] {
            #expect(!text.contains("hush"))
        }
        #expect("\(settings)".contains("ESDDNS_GANDI_TOKEN"))
    }
}
