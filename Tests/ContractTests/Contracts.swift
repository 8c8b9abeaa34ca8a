import Testing

/// What this library relies on of an API server. What the simulator does here, a real server does too: the same tests run
/// against both; `make contract` says how.
@Suite(.contractServer, .timeLimit(.minutes(5)))
struct Contracts {}
