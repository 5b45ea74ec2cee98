/** True for a message of words and plain arguments, which is most. An apostrophe may quote what follows. */
export const isPlain = (message: string): boolean => /^(?:[^{}']|\{\w+\})*$/.test(message);
