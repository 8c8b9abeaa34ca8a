import OperatorProgram

@main
enum UpdaterProgram {
    static func main() async { await OperatorProgram.main(.updater) }
}
