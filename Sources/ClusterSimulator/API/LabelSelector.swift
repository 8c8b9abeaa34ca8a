/// A selector such as `app=esddns,tier in (a, b),!legacy`.
struct LabelSelector: Hashable, Sendable {
    enum Operator: Hashable, Sendable {
        case exists, doesNotExist
        case isIn(Set<String>), isNotIn(Set<String>)
    }

    struct Requirement: Hashable, Sendable {
        var key: String
        var condition: Operator
    }

    var requirements: [Requirement] = []

    init(parsing text: String) throws(APIFailure) {
        var parser = Parser(tokens: Parser.tokens(of: text))
        requirements = try parser.parse()
    }

    func matches(_ object: OrderedJSON) -> Bool {
        let labels = object[path: "metadata", "labels"]
        return requirements.allSatisfy { requirement in
            let value = labels?[requirement.key]?.string
            switch requirement.condition {
            case .exists: return value != nil
            case .doesNotExist: return value == nil
            case .isIn(let values): return value.map(values.contains) ?? false
            case .isNotIn(let values): return !(value.map(values.contains) ?? false)
            }
        }
    }

    private struct Parser {
        var tokens: [String]
        private var position = 0

        init(tokens: [String]) { self.tokens = tokens }

        private static let symbols = ["!", "=", "==", "!=", "(", ")", ",", ">", "<"]

        /// Operators as long as possible, and words between them.
        static func tokens(of text: String) -> [String] {
            var tokens: [String] = []
            var word = ""
            var rest = text[...]
            let flush = {
                if !word.isEmpty { tokens.append(word) }
                word = ""
            }
            while let character = rest.first {
                let two = String(rest.prefix(2))
                if two == "==" || two == "!=" {
                    flush()
                    tokens.append(two)
                    rest = rest.dropFirst(2)
                } else if symbols.contains(String(character)) {
                    flush()
                    tokens.append(String(character))
                    rest = rest.dropFirst()
                } else {
                    if character.isWhitespace { flush() } else { word.append(character) }
                    rest = rest.dropFirst()
                }
            }
            flush()
            return tokens
        }

        private var next: String { position < tokens.count ? tokens[position] : "" }

        private mutating func take() -> String {
            defer { position += 1 }
            return next
        }

        private func isWord(_ token: String) -> Bool { !token.isEmpty && !Self.symbols.contains(token) }

        mutating func parse() throws(APIFailure) -> [Requirement] {
            var requirements: [Requirement] = []
            while true {
                if next.isEmpty { return requirements }
                guard isWord(next) || next == "!" else {
                    throw .badRequest("found '\(next)', expected: !, identifier, or 'end of string'")
                }
                requirements.append(try requirement())
                let separator = take()
                if separator.isEmpty { return requirements }
                guard separator == "," else {
                    throw .badRequest("found '\(separator)', expected: ',' or 'end of string'")
                }
                guard isWord(next) || next == "!" else {
                    throw .badRequest("found '\(next)', expected: identifier after ','")
                }
            }
        }

        private mutating func requirement() throws(APIFailure) -> Requirement {
            if next == "!" {
                _ = take()
                return Requirement(key: try word(), condition: .doesNotExist)
            }
            let key = try word()
            if next.isEmpty || next == "," { return Requirement(key: key, condition: .exists) }
            switch take() {
            case "=", "==": return Requirement(key: key, condition: .isIn([isWord(next) ? take() : ""]))
            case "!=": return Requirement(key: key, condition: .isNotIn([isWord(next) ? take() : ""]))
            case "in": return Requirement(key: key, condition: .isIn(try values()))
            case "notin": return Requirement(key: key, condition: .isNotIn(try values()))
            case let other:
                throw .badRequest(
                    "unable to parse requirement: found '\(other)', expected: in, notin, =, ==, !=, gt, lt")
            }
        }

        private mutating func word() throws(APIFailure) -> String {
            guard isWord(next) else {
                throw .badRequest("unable to parse requirement: found '\(next)', expected: identifier")
            }
            return take()
        }

        private mutating func values() throws(APIFailure) -> Set<String> {
            guard take() == "(" else { throw .badRequest("unable to parse requirement: found '\(next)' expected: '('") }
            var values: Set<String> = []
            while true {
                values.insert(isWord(next) ? take() : "")
                switch take() {
                case ")": return values
                case ",": continue
                case let other:
                    throw .badRequest("unable to parse requirement: found '\(other)', expected: ',' or ')'")
                }
            }
        }
    }
}
