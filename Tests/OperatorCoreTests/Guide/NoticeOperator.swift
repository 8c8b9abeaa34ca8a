import OperatorCore

// The program of docs/operator-core.md, which quotes this file. GuideTests runs it, and compares the two.

struct Notice: KubernetesResource {
    static let type = ResourceType(group: "example.com", version: "v1", kind: "Notice", plural: "notices")
    var json: JSONValue
    var text: String? { json[["spec", "text"]]?.string }
}

struct NoticeOperator: Sendable {
    let api: any KubernetesAPI
    let namespace: String
    let elector: LeaderElector<ContinuousClock>
    let events: EventRecorder

    init(api: any KubernetesAPI, electionAPI: any KubernetesAPI, namespace: String, identity: String) throws {
        self.api = api
        self.namespace = namespace
        events = EventRecorder(api: api, component: "notice-operator", instance: identity)
        let settings = try ElectionSettings(leaseName: "notice-operator", namespace: namespace, identity: identity)
        elector = LeaderElector(settings: settings, api: electionAPI, events: events)
    }

    func run() async -> ElectionEnd {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            let end = await elector.run { term in await lead(term) }
            events.finish()
            return end
        }
    }

    private func lead(_ term: LeadershipTerm) async {
        let board = FencedWriter<ConfigMap>(
            api: api, namespace: namespace, name: "notice-board", epoch: .annotation("example.com/epoch"), term: term
        ) { [elector] () async throws(KubernetesError) in try await elector.confirmLease() }
        let watcher = ObjectWatcher<Notice>(api: api, namespace: namespace, name: "today")
        let giveUp = StopSignal()
        await giveUp.run {
            await watcher.run { update in
                guard case .present(let notice) = update else { return }
                if await !publish(notice, on: board) { giveUp.stop() }
            }
        }
    }

    /// - Returns: whether this process may go on leading.
    private func publish(_ notice: Notice, on board: FencedWriter<ConfigMap>) async -> Bool {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do throws(FencedWriteError) {
                try await board.write { $0.data["text"] = notice.text }
                events.record(reason: "Published", message: "on the board", about: notice, namespace: namespace)
                return true
            } catch {
                guard case .failed(let cause) = error else { return false }
                try? await Task.sleep(for: backoff.next(after: cause, using: &generator))
            }
        }
        return true
    }
}

func runNoticeOperator(environment: [String: String], identity: String) async throws -> Bool {
    let api = try KubernetesClient.inCluster(environment: environment, fieldManager: "notice-operator")
    let electionAPI = try KubernetesClient.inCluster(environment: environment, fieldManager: "notice-operator")
    let noticeOperator = try NoticeOperator(
        api: api, electionAPI: electionAPI, namespace: api.namespace, identity: identity)
    let end = await noticeOperator.run()
    await api.shutdown()
    await electionAPI.shutdown()
    if case .lost = end { return false }
    return true
}
