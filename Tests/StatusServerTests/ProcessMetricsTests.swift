import Testing

@testable import StatusServer

@Suite struct ProcessMetricsTests {
    @Test func readsAProgramNameWithBracketsAndSpaces() throws {
        let text = """
            4711 (es) (ddns 1 2) S 1 4711 4711 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 8 0 12345 104857600 6400 \
            18446744073709551615 1 1 0 0 0
            """
        let stat = try #require(ProcessMetrics.Stat(text))
        #expect(stat.userTicks == 250)
        #expect(stat.systemTicks == 50)
        #expect(stat.startTicks == 12_345)
        #expect(stat.virtualBytes == 104_857_600)
        #expect(stat.residentPages == 6400)
    }

    @Test(arguments: ["", "4711 (esddns", "4711 (esddns) S 1 2 3", "no brackets here at all"])
    func refusesWhatIsShort(text: String) {
        #expect(ProcessMetrics.Stat(text) == nil)
    }

    @Test func findsTheBootTime() {
        #expect(ProcessMetrics.bootTime("cpu  1 2 3\nintr 5\nbtime 1795370000\nprocesses 9\n") == 1_795_370_000)
        #expect(ProcessMetrics.bootTime("cpu  1 2 3\n") == nil)
    }

    #if os(Linux)
        @Test func saysSomethingSensibleOfThisProcess() throws {
            var values: [String: Double] = [:]
            for snapshot in ProcessMetrics().snapshots() {
                #expect(ProcessMetrics.names.contains(snapshot.name))
                if case .number(let number) = try #require(snapshot.samples.first).value {
                    values[snapshot.name] = number
                }
            }
            #expect(Set(values.keys) == ProcessMetrics.names)
            #expect((values["process_resident_memory_bytes"] ?? 0) > 1_000_000)
            #expect((values["process_open_fds"] ?? 0) >= 3)
            #expect((values["process_start_time_seconds"] ?? 0) > 1_600_000_000)
        }
    #endif

    @Test func leavesOutWhatCannotBeRead() {
        let names = ProcessMetrics(root: "/nonexistent").snapshots().map(\.name)
        #expect(names == ["process_max_fds"])
    }
}
