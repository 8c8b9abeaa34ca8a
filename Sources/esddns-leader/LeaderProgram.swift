import OperatorProgram

@main
enum LeaderProgram {
    static func main() { OperatorProgram.main(.leader) }
}
