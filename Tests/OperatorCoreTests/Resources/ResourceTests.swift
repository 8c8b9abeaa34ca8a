import OperatorCore
import Testing

@Suite struct ResourceTests {
    /// As a real server answered, with two fields added that this library does not know.
    private let recordedLease = #"""
        {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"221","creationTimestamp":"2026-11-22T19:12:35Z","labels":{"a":"b"},"managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0,"strategy":"OldestEmulationVersion","preferredHolder":"node-b"}}
        """#

    @Test func aLeaseIsReadAndWrittenWithoutLoss() throws {
        var lease = Lease(json: try JSONValue(parsing: recordedLease))
        #expect(lease.holderIdentity == "node-a_1")
        #expect(lease.leaseDurationSeconds == 15)
        #expect(lease.leaseTransitions == 0)
        #expect(lease.acquireTime == MicroTime("2026-01-02T03:04:05.000006Z"))
        #expect(lease.resourceVersion == "221")
        #expect(lease.uid == "c001cf59-25a0-40f3-b53b-67cdeec7ddcb")

        lease.holderIdentity = "node-b_2"
        lease.leaseTransitions = 1
        lease.renewTime = MicroTime("2026-01-02T03:04:07.000000Z")
        let spec = lease.json["spec"]
        #expect(spec?["renewTime"] == "2026-01-02T03:04:07.000000Z")
        #expect(spec?["strategy"] == "OldestEmulationVersion")
        #expect(spec?["preferredHolder"] == "node-b")
        #expect(lease.json[["metadata", "labels", "a"]] == "b")
        lease.holderIdentity = nil
        #expect(lease.json["spec"]?.object?.keys.contains("holderIdentity") == false)
    }

    @Test func aLeaseThatNobodyFilledHasNothing() {
        let lease = Lease(name: "x")
        #expect(lease.holderIdentity == nil)
        #expect(lease.leaseDurationSeconds == nil)
        #expect(lease.renewTime == nil)
        #expect(lease.json["apiVersion"] == "coordination.k8s.io/v1")
    }

    @Test func anEventIsWhatTheServerAccepted() throws {
        var lease = Lease(name: "esddns-leader")
        lease.resourceVersion = "221"
        let time = try #require(MicroTime("2026-01-02T03:04:05.900000Z"))
        let event = Event(
            about: lease, namespace: "rec-74754", reason: "LeaderElection", message: "a became leader",
            component: "esddns-leader", instance: "a", time: time)
        let expected = #"""
            {"apiVersion":"v1","count":1,"firstTimestamp":"2026-01-02T03:04:05Z","involvedObject":{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","name":"esddns-leader","namespace":"rec-74754","resourceVersion":"221"},"kind":"Event","lastTimestamp":"2026-01-02T03:04:05Z","message":"a became leader","metadata":{"generateName":"esddns-leader."},"reason":"LeaderElection","reportingComponent":"esddns-leader","reportingInstance":"a","source":{"component":"esddns-leader"},"type":"Normal"}
            """#
        #expect(event.json.description == expected)
        #expect(event.severity == .normal)
    }

    @Test func aLongMessageIsCutBetweenCharacters() {
        let event = Event(
            about: ConfigMap(name: "c"), namespace: "n", reason: "R", message: "x" + String(repeating: "é", count: 600),
            severity: .warning, component: "c", time: MicroTime(microsecondsSinceEpoch: 0))
        #expect(event.message?.utf8.count == 1023)
        #expect(event.message?.last == "é")
    }

    @Test func dataOfAConfigMapIsAMapOfStrings() throws {
        var map = ConfigMap(
            json: try JSONValue(parsing: #"{"data":{"ipv4":"198.51.100.1"},"binaryData":{"x":"eA=="}}"#))
        map.data["heartbeat"] = "2"
        #expect(map.data == ["ipv4": "198.51.100.1", "heartbeat": "2"])
        #expect(map.json["binaryData"] == ["x": "eA=="])
        #expect(ConfigMap(name: "empty").data.isEmpty)
    }
}
