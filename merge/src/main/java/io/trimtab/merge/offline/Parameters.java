package io.trimtab.merge.offline;

import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.sparsify.Rescale;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The parameters of one output tensor: those of a model before those of its slice before those of the whole recipe. */
final class Parameters {

    private final OutputTensor tensor;

    Parameters(OutputTensor tensor) {
        this.tensor = tensor;
    }

    double number(String name, double otherwise) {
        return shared(name).map(value -> number(name, value)).orElse(otherwise);
    }

    /** @throws MergeException where it is set nowhere */
    double number(String name) {
        return number(name, shared(name).orElseThrow(() -> missing(name, "")));
    }

    boolean flag(String name, boolean otherwise) {
        return shared(name).map(value -> flag(name, value)).orElse(otherwise);
    }

    /** True stands for l1 and false for none. */
    Rescale rescale(Rescale otherwise) {
        return shared("rescale").map(this::rescale).orElse(otherwise);
    }

    private Rescale rescale(String value) {
        return switch (value.toLowerCase(Locale.ROOT).replace('_', '-')) {
            case "l1" -> Rescale.L1;
            case "inverse-density" -> Rescale.INVERSE_DENSITY;
            case "none" -> Rescale.NONE;
            default -> flag("rescale", value) ? Rescale.L1 : Rescale.NONE;
        };
    }

    double number(int input, String name, double otherwise) {
        return ofInput(input, name).map(value -> number(name, value)).orElse(otherwise);
    }

    /** @throws MergeException where it is set nowhere */
    double number(int input, String name) {
        String model = tensor.participants().inputs().get(input).model();
        return number(name, ofInput(input, name).orElseThrow(() -> missing(name, " for " + model)));
    }

    private Optional<String> shared(String name) {
        return first(name, tensor.name(), List.of(slice(), recipe()));
    }

    private Optional<String> ofInput(int input, String name) {
        Input model = tensor.participants().inputs().get(input);
        return first(name, tensor.inputs().get(input), List.of(model.parameters(), slice(), recipe()));
    }

    private Map<String, Setting> slice() {
        return tensor.participants().slice().parameters();
    }

    private Map<String, Setting> recipe() {
        return tensor.participants().recipe().parameters();
    }

    private Optional<String> first(String name, String tensorName, List<Map<String, Setting>> scopes) {
        return scopes.stream()
                .flatMap(scope -> Optional.ofNullable(scope.get(name)).stream())
                .flatMap(setting -> setting.at(tensorName, tensor.depth()).stream())
                .findFirst();
    }

    private double number(String name, String value) {
        if (!Setting.isNumber(value)) {
            throw wrong(name, value, "a number");
        }
        return Double.parseDouble(value);
    }

    private boolean flag(String name, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw wrong(name, value, "true or false");
        };
    }

    MergeException wrong(String name, Object value, String expected) {
        return new MergeException(
                "Cannot merge tensor " + tensor.name() + ", parameter " + name + " must be " + expected + ": " + value);
    }

    private MergeException missing(String name, String model) {
        return new MergeException("Cannot merge tensor " + tensor.name() + ", "
                + tensor.participants().recipe().method() + " needs parameter " + name + model + " and it is not set");
    }
}
