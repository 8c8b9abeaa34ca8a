/// Turns the bytes of a watch into events.
struct WatchEventDecoder<Resource: KubernetesResource>: Sendable {
    private let request: KubernetesRequest
    private var lines: WatchLineDecoder

    init(request: KubernetesRequest, lines: WatchLineDecoder = WatchLineDecoder()) {
        self.request = request
        self.lines = lines
    }

    /// Takes the next piece of the body.
    mutating func append(_ chunk: [UInt8]) { lines.append(chunk) }

    /// The next event; `nil` where more has to arrive first. Types of events that nobody knows yet are left out.
    mutating func next() throws(KubernetesError) -> WatchEvent<Resource>? {
        while let line = try line() {
            if let event = event(line) { return try event.get() }
        }
        return nil
    }

    private mutating func line() throws(KubernetesError) -> ArraySlice<UInt8>? {
        do throws(WatchLineDecoder.LineTooLong) {
            return try lines.next()
        } catch {
            throw request.failure(.unexpectedAnswer, "a watch event of more than \(error.maximum) bytes")
        }
    }

    /// The event in what came after the last newline, once the body has ended.
    mutating func finish() throws(KubernetesError) -> WatchEvent<Resource>? {
        let rest = lines.remainder
        lines = WatchLineDecoder()
        return try event(rest)?.get()
    }

    private func event(_ line: ArraySlice<UInt8>) -> Result<WatchEvent<Resource>, KubernetesError>? {
        // Some proxies send empty lines to keep a connection open.
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            let text = KubernetesAnswer.bounded(String(decoding: line.prefix(80), as: UTF8.self), bytes: 60)
            return .failure(request.failure(.unexpectedAnswer, "a watch event that is not JSON (\(error)): \(text)"))
        }
        guard let type = json["type"]?.string, let object = json["object"], object.object != nil else {
            return .failure(request.failure(.unexpectedAnswer, "a watch event without type or object"))
        }
        switch type {
        case "ADDED": return resource(object).map(WatchEvent.added)
        case "MODIFIED": return resource(object).map(WatchEvent.modified)
        case "DELETED": return resource(object).map(WatchEvent.deleted)
        case "BOOKMARK":
            guard let version = object[["metadata", "resourceVersion"]]?.string, !version.isEmpty else {
                return .failure(request.failure(.unexpectedAnswer, "a bookmark without metadata.resourceVersion"))
            }
            return .success(.bookmark(resourceVersion: version))
        case "ERROR": return .success(.error(KubernetesAnswer.failure(ofStatus: object, code: nil, request)))
        default: return nil
        }
    }

    private func resource(_ json: JSONValue) -> Result<Resource, KubernetesError> {
        let kind = json["kind"]?.string ?? ""
        guard kind == Resource.type.kind else {
            let found = KubernetesAnswer.bounded(kind, bytes: 64)
            return .failure(
                request.failure(.unexpectedAnswer, "a watch event about \(found) instead of \(Resource.type.kind)"))
        }
        return .success(Resource(json: json))
    }
}
