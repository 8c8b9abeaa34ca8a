import ArgumentParser
import CommandSuite

struct DemoCommand: AsyncParsableCommand {
    static let configuration = DemoOptions.configuration

    @OptionGroup var options: DemoOptions

    func run() async throws {
        let demo = try Demo(
            updaters: options.updaters, port: options.once ? 0 : options.port,
            narrator: Narrator(toStandardError: options.once))
        if options.once {
            try await demo.runOnce(json: options.isJSON)
        } else {
            try await demo.runInteractively()
        }
    }
}
