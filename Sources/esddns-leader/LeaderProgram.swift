import OperatorProgram

@main
enum LeaderProgram {
    static func main() async { await OperatorProgram.main(.leader) }
}
