package io.trimtab.data.rows;

import io.trimtab.data.CompletionRole;
import java.util.List;

/**
 * One example that a row stands for, before its text becomes ids.
 *
 * @param suffix tells the examples of one row apart, behind the row's id; empty where it stands for one
 */
record RowPart(String suffix, Passage passage, List<CompletionRole> roles) {
    RowPart {
        roles = List.copyOf(roles);
    }
}
