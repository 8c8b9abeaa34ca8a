import OperatorProgram

@main
enum UpdaterProgram {
    static func main() { OperatorProgram.main(.updater) }
}
