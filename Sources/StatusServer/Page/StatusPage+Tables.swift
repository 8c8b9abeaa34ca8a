extension StatusPage {
    static let recordTable = PageTable<StatusReport.Record>(
        name: "records", maximumBytes: 16_000,
        columns: [
            .init("Record") { record, _ in HTML.text(record.name) },
            .init("Type") { record, _ in HTML.text(record.type) },
            .init("Outcome", isState: true) { record, _ in HTML.text(record.phase.rawValue) },
            .init("Holds") { record, _ in HTML.text(record.observed) },
            .init("Should hold") { record, _ in HTML.text(record.desired) },
            .init("Provider") { record, _ in HTML.text(record.provider) },
            .init("Node") { record, _ in HTML.text(record.node) },
            .init("Reported") { record, now in HTML.age(record.updated, at: now) },
            .init("Error") { record, _ in HTML.text(record.error) },
        ])

    static let voteTable = PageTable<StatusReport.Vote>(
        name: "votes", maximumBytes: 5_000,
        columns: [
            .init("Source") { vote, _ in HTML.text(vote.source) },
            .init("Transport") { vote, _ in HTML.text(vote.transport) },
            .init("Operator") { vote, _ in HTML.text(vote.operatorName) },
            .init("Answer") { vote, _ in HTML.text(vote.address) },
            .init("Took") { vote, _ in HTML.text(vote.seconds.map(HTML.milliseconds)) },
            .init("Error") { vote, _ in HTML.text(vote.error) },
        ])

    static let changeTable = PageTable<AddressTimeline.Span>(
        name: "changes", maximumBytes: 6_000,
        columns: [
            .init("Address") { span, _ in AddressTimeline.key(colour: span.colour) + HTML.text(span.address) },
            .init("Since") { span, _ in HTML.time(span.start) },
            .init("Lasted") { span, now in
                span.start.secondsSinceEpoch + span.seconds < now.secondsSinceEpoch
                    ? HTML.span(seconds: span.seconds) : "until now"
            },
        ])
}
