import ArgumentParser
import CommandSuite

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints a script by which a shell completes the commands of esddns and their arguments.",
        discussion: """
            Examples:
              esddns completions bash > /etc/bash_completion.d/esddns
              esddns completions zsh > "${fpath[1]}/_esddns"
              esddns completions fish > ~/.config/fish/completions/esddns.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() { Output.print(EsddnsCommand.completionScript(for: shell.kind) + "\n") }
}
