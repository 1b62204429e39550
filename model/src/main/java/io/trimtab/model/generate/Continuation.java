package io.trimtab.model.generate;

/**
 * What was written behind a prompt.
 *
 * @param ids new tokens; an end-of-text id, where one came, is the last of them
 * @param logProb sum of the model's own log-probs of those tokens, in nats: without temperature, penalty and cuts; 0 without a token
 */
public record Continuation(int[] ids, double logProb, Finish finish) {}
