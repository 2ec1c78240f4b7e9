using System.Text;

namespace Infra.Tests.Compiler;

/// <summary>An expression of Azure Resource Manager, as the compiler leaves it in a snapshot where only Azure knows a value.</summary>
internal abstract record Expression
{
    /// <summary>A text or a number as it is written.</summary>
    public sealed record Literal(string Value, bool IsText) : Expression
    {
        public override string ToString() => IsText ? $"'{Value}'" : Value;
    }

    /// <summary>A function and its arguments.</summary>
    public sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression
    {
        public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
    }

    /// <summary>A member of a value.</summary>
    public sealed record Member(Expression Of, string Name) : Expression
    {
        public override string ToString() => $"{Of}.{Name}";
    }

    /// <summary>Reads what stands between the brackets.</summary>
    public static Expression Parse(string text)
    {
        var reader = new Reader(text);
        var expression = reader.ReadExpression();
        return reader.IsAtEnd ? expression : throw new FormatException($"not an expression: {text}");
    }

    private sealed class Reader(string text)
    {
        private int _at;

        public bool IsAtEnd
        {
            get
            {
                SkipSpace();
                return _at == text.Length;
            }
        }

        public Expression ReadExpression()
        {
            SkipSpace();
            var expression = text[_at] == '\'' ? new Literal(ReadText(), IsText: true) : ReadWord();
            while (true)
            {
                if (Take('.'))
                {
                    expression = new Expression.Member(expression, ReadName());
                }
                else if (Take('['))
                {
                    var index = ReadExpression();
                    Expect(']');
                    expression = new Expression.Member(expression, ((Literal)index).Value);
                }
                else
                {
                    return expression;
                }
            }
        }

        private Expression ReadWord()
        {
            var name = ReadName();
            if (!Take('('))
            {
                return new Literal(name, IsText: false);
            }

            var arguments = new List<Expression>();
            while (!Take(')'))
            {
                if (arguments.Count > 0)
                {
                    Expect(',');
                }

                arguments.Add(ReadExpression());
            }

            return new Call(name, arguments);
        }

        private string ReadText()
        {
            var value = new StringBuilder();
            for (_at++; ; _at++)
            {
                if (text[_at] != '\'')
                {
                    value.Append(text[_at]);
                }
                else if (_at + 1 < text.Length && text[_at + 1] == '\'')
                {
                    value.Append(text[_at++]);
                }
                else
                {
                    _at++;
                    return value.ToString();
                }
            }
        }

        private string ReadName()
        {
            SkipSpace();
            var from = _at;
            while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '$'))
            {
                _at++;
            }

            return _at > from ? text[from.._at] : throw new FormatException($"not an expression at {_at}: {text}");
        }

        private bool Take(char c)
        {
            SkipSpace();
            if (_at < text.Length && text[_at] == c)
            {
                _at++;
                return true;
            }

            return false;
        }

        private void Expect(char c)
        {
            if (!Take(c))
            {
                throw new FormatException($"'{c}' expected at {_at}: {text}");
            }
        }

        private void SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }
    }
}
