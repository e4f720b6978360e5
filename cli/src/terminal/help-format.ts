import { type Command, Help, type Option } from "commander";

/** How `--help` differs from commander's: no `[options]` after every command, no `default: false` after every flag. */
export const helpFormat = {
  subcommandTerm: (command: Command): string =>
    [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(" "),
  optionDescription: (option: Option): string =>
    option.defaultValue === false ? option.description : Help.prototype.optionDescription(option),
};
