using System.Text;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Sealing;

public sealed class Xaes256GcmTests
{
    [Theory]
    [InlineData(0x01, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")]
    [InlineData(0x03, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")]
    public void The_published_known_answers_come_out(byte keyByte, string associated, string expected)
    {
        byte[] plaintext = "XAES-256-GCM"u8.ToArray();
        byte[] ciphertext = new byte[plaintext.Length];
        byte[] tag = new byte[Xaes256Gcm.TagLength];
        byte[] opened = new byte[plaintext.Length];
        using var cipher = new Xaes256Gcm([.. Enumerable.Repeat(keyByte, 32)]);

        cipher.Encrypt("ABCDEFGHIJKLMNOPQRSTUVWX"u8, plaintext, ciphertext, tag, Encoding.UTF8.GetBytes(associated));
        cipher.Decrypt("ABCDEFGHIJKLMNOPQRSTUVWX"u8, ciphertext, tag, opened, Encoding.UTF8.GetBytes(associated));

        Assert.Equal(expected, Convert.ToHexStringLower([.. ciphertext, .. tag]));
        Assert.Equal(plaintext, opened);
    }
}
