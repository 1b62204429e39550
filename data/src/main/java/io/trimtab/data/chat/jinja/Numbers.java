package io.trimtab.data.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's operators between numbers, and {@code +}, {@code *}, {@code %} of strings and lists. */
final class Numbers {
    private static final int LONGEST_REPEAT = 1 << 20;

    private Numbers() {}

    /** A whole number in the smaller of its two forms. */
    static Object whole(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    /** Whether Python counts it as a number; True and False are 1 and 0. */
    static boolean isNumber(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static BigInteger big(Object value) {
        return value instanceof BigInteger large
                ? large
                : BigInteger.valueOf(value instanceof Boolean flag ? (flag ? 1 : 0) : ((Long) value));
    }

    static double real(Object value) {
        return value instanceof Double number ? number : big(value).doubleValue();
    }

    static Object signed(boolean negative, Object value) {
        if (isWhole(value)) {
            return whole(negative ? big(value).negate() : big(value));
        }
        if (value instanceof Double number) {
            return negative ? -number : number;
        }
        throw unsuitable(negative ? "-" : "+", value);
    }

    static Object apply(String operator, Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return isWhole(left) && isWhole(right) && !operator.equals("/")
                    ? wholes(operator, big(left), big(right))
                    : reals(operator, real(left), real(right));
        }
        return switch (operator) {
            case "+" -> sum(left, right);
            case "*" -> {
                if (isWhole(left)) {
                    yield repeated(right, big(left));
                }
                if (isWhole(right)) {
                    yield repeated(left, big(right));
                }
                throw fail(operator, left, right);
            }
            case "%" -> {
                if (left instanceof String format) {
                    yield PrintfFormat.of(format, right);
                }
                throw fail(operator, left, right);
            }
            default -> throw fail(operator, left, right);
        };
    }

    private static Object wholes(String operator, BigInteger left, BigInteger right) {
        return switch (operator) {
            case "+" -> whole(left.add(right));
            case "-" -> whole(left.subtract(right));
            case "*" -> whole(left.multiply(right));
            case "//" -> whole(floor(left, nonZero(right)));
            case "%" -> whole(left.subtract(floor(left, nonZero(right)).multiply(right)));
            case "**" ->
                right.signum() < 0 || right.bitLength() > 12
                        ? (Object) Math.pow(left.doubleValue(), right.doubleValue())
                        : whole(left.pow(right.intValue()));
            default -> throw new IllegalArgumentException("Not an operator: " + operator);
        };
    }

    private static BigInteger floor(BigInteger left, BigInteger right) {
        BigInteger[] parts = left.divideAndRemainder(right);
        boolean below = parts[1].signum() != 0 && parts[1].signum() != right.signum();
        return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger nonZero(BigInteger divisor) {
        if (divisor.signum() == 0) {
            throw new TemplateFault("division by zero");
        }
        return divisor;
    }

    private static Object reals(String operator, double left, double right) {
        if (right == 0 && "//%".contains(operator)) {
            throw new TemplateFault("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - Math.floor(left / right) * right;
            case "**" -> Math.pow(left, right);
            default -> throw new IllegalArgumentException("Not an operator: " + operator);
        };
    }

    private static Object sum(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (Markup.joins(left, right)) {
            return Markup.joined(left, right);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            List<Object> both = new ArrayList<>(a);
            both.addAll(b);
            return both;
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            List<Object> both = new ArrayList<>(a.items());
            both.addAll(b.items());
            return new Tuple(both);
        }
        throw fail("+", left, right);
    }

    private static Object repeated(Object value, BigInteger count) {
        int times = Math.max(0, count.min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue());
        if (value instanceof String || value instanceof List || value instanceof Tuple) {
            if (times * (double) Values.length(value) > LONGEST_REPEAT) {
                throw new TemplateFault("a repeated value becomes too long");
            }
            if (value instanceof String text) {
                return text.repeat(times);
            }
            List<Object> all = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                all.addAll(Values.list(value));
            }
            return value instanceof Tuple ? new Tuple(all) : all;
        }
        throw unsuitable("*", value);
    }

    private static TemplateFault fail(String operator, Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw new TemplateFault(
                "operator " + operator + " does not take " + Values.type(left) + " and " + Values.type(right));
    }

    private static TemplateFault unsuitable(String operator, Object value) {
        return value instanceof Undefined undefined
                ? undefined.fault()
                : new TemplateFault("operator " + operator + " does not take " + Values.type(value));
    }
}
