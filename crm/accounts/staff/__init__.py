"""The list of officials (通讯录): what each row changes among the people, planned and written together."""
